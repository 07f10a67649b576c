import { type FileHandle, open } from "node:fs/promises";
import { SourceReader } from "../tree/source-reader.ts";
import type { Entry, SourcePath } from "../tree/types.ts";
import { newcHeader, newcTrailer, paddingBytes } from "./newc.ts";
import type { CpioPlan } from "./plan-cpio.ts";

const chunkBytes = 4 << 20;

/** How a write is watched and stopped. */
export interface CpioWriteOptions {
  readonly signal?: AbortSignal;
  /** Called after each chunk with bytes written so far and in all. */
  readonly progress?: (doneBytes: number, totalBytes: number) => void;
}

/** Writes an archive as a new file; contents come straight from the tars of the layers, named by `sources`. */
export async function writeCpio(
  { members, sizeBytes }: CpioPlan,
  sources: readonly string[],
  path: string,
  sourcePath: SourcePath,
  { signal, progress }: CpioWriteOptions = {},
): Promise<void> {
  const reader = new SourceReader(sources, sourcePath);
  const out = new Buffered(await open(path, "wx"), () => {
    signal?.throwIfAborted();
    progress?.(out.length, sizeBytes);
  });
  try {
    for (const { content, ...header } of members) {
      await out.put(newcHeader(header));
      if (content?.type === "symlink") await out.put(Buffer.from(content.target!, "latin1"));
      else if (content) await putFile(content, reader, out);
      await out.put(Buffer.alloc(paddingBytes(header.size)));
    }
    await out.put(newcTrailer(out.length));
    await out.flush();
    if (out.length !== sizeBytes)
      throw new Error(`The archive has ${out.length} bytes, not ${sizeBytes}`);
  } finally {
    await reader.close();
    await out.handle.close();
  }
}

/** A file's bytes in order; its holes are zeros, as the format knows none. */
async function putFile(
  { segments = [], source, size }: Entry,
  reader: SourceReader,
  out: Buffered,
) {
  let end = 0;
  const zeros = async (until: number) => {
    for (; end < until; end += Math.min(chunkBytes, until - end))
      (await out.room(Math.min(chunkBytes, until - end))).fill(0);
  };
  for (const [at, offset, length] of segments) {
    await zeros(at);
    for (let done = 0; done < length; done += chunkBytes) {
      const room = await out.room(Math.min(chunkBytes, length - done));
      await reader.read(source!, offset + done, room);
    }
    end = at + length;
  }
  await zeros(size);
}

/** A file that is written in large pieces. */
class Buffered {
  readonly handle: FileHandle;
  readonly #flushed: () => void;
  readonly #buffer = Buffer.allocUnsafe(2 * chunkBytes);
  #used = 0;
  /** Bytes put so far. */
  length = 0;

  constructor(handle: FileHandle, flushed: () => void) {
    this.handle = handle;
    this.#flushed = flushed;
  }

  async put(bytes: Uint8Array): Promise<void> {
    (await this.room(bytes.length)).set(bytes);
  }

  /** Room for at most 4 MiB, to be filled before the next call. */
  async room(bytes: number): Promise<Buffer> {
    if (this.#used + bytes > this.#buffer.length) await this.flush();
    const room = this.#buffer.subarray(this.#used, this.#used + bytes);
    this.#used += bytes;
    this.length += bytes;
    return room;
  }

  async flush(): Promise<void> {
    await this.handle.writeFile(this.#buffer.subarray(0, this.#used));
    this.#used = 0;
    this.#flushed();
  }
}
