import { SourceReader } from "../tree/source-reader.ts";
import { tarEnd, tarHeader, tarPadding } from "../tree/tar-writer.ts";
import type { Entry, SourcePath } from "../tree/types.ts";

const chunkBytes = 1 << 20;

/** How a stream is watched and stopped. */
export interface TarStreamOptions {
  readonly sources: readonly string[];
  readonly sourcePath: SourcePath;
  readonly signal?: AbortSignal;
  /** With the root and the nanoseconds of times, which mksquashfs has no use for. */
  readonly isWhole?: boolean;
  /** Called with the bytes of contents so far. */
  readonly progress?: (doneBytes: number) => void;
}

/**
 * Entries as a tar, by default without its root, in their order, holes as zeros. A hard link comes after the file that it names, as in every tree:
 * mksquashfs loses one that comes before, and ends with exit code 0.
 */
export async function* tarStream(
  entries: readonly Entry[],
  { sources, sourcePath, signal, progress, isWhole = false }: TarStreamOptions,
): AsyncGenerator<Buffer> {
  const reader = new SourceReader(sources, sourcePath);
  let done = 0;
  try {
    for (const entry of entries) {
      if (entry.path === "" && !isWhole) continue;
      const size = entry.type === "file" ? entry.size : 0;
      yield tarHeader(isWhole ? { ...entry, size } : { ...entry, size, mtimeNs: 0 });
      for await (const piece of contents(entry, size, reader)) {
        signal?.throwIfAborted();
        yield piece;
        done += piece.length;
        progress?.(done);
      }
      yield tarPadding(size);
    }
    yield tarEnd;
  } finally {
    await reader.close();
  }
}

async function* contents(
  { segments = [], source }: Entry,
  size: number,
  reader: SourceReader,
): AsyncGenerator<Buffer> {
  let end = 0;
  for (const [at, offset, length] of segments) {
    yield* zeros(at - end);
    for (let read = 0; read < length; ) {
      const piece = Buffer.allocUnsafe(Math.min(chunkBytes, length - read));
      await reader.read(source!, offset + read, piece);
      yield piece;
      read += piece.length;
    }
    end = at + length;
  }
  yield* zeros(size - end);
}

function* zeros(length: number): Generator<Buffer> {
  const chunk = Buffer.alloc(Math.min(chunkBytes, length));
  for (let left = length; left > 0; left -= chunkBytes)
    yield chunk.subarray(0, Math.min(chunkBytes, left));
}
