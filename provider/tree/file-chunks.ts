import { type FileHandle, open } from "node:fs/promises";

/** Bytes read at once. */
const CHUNK = 1 << 20;

/**
 * A file's bytes in order, 1 MiB at a time, the next chunk being read while one is worked on. A chunk's memory is
 * used again once the next but one is asked for.
 */
export async function* fileChunks(
  handle: FileHandle,
  signal?: AbortSignal,
): AsyncGenerator<Buffer> {
  const buffers = [0, 1, 2].map(() => Buffer.allocUnsafe(CHUNK));
  let position = 0;
  let turn = 0;
  const readNext = async () => {
    const buffer = buffers[turn++ % buffers.length]!;
    const { bytesRead } = await handle.read(buffer, 0, CHUNK, position);
    position += bytesRead;
    return buffer.subarray(0, bytesRead);
  };
  let next = readNext();
  try {
    for (;;) {
      signal?.throwIfAborted();
      const chunk = await next;
      if (chunk.length === 0) return;
      next = readNext();
      yield chunk;
    }
  } finally {
    // The file must not be closed under a read.
    await next.catch(() => {});
  }
}

/** The same of a file by its path. */
export async function* chunksOf(file: string, signal?: AbortSignal): AsyncGenerator<Buffer> {
  const handle = await open(file);
  try {
    yield* fileChunks(handle, signal);
  } finally {
    await handle.close();
  }
}
