import type { FileHandle } from "node:fs/promises";
import { blockSize } from "../format.ts";

/** Longest single write. */
const mostBytes = 8 * 2 ** 20;

/** Writes blocks of a filesystem into a file; runs of adjacent blocks go out in one write. */
export class BlockWriter {
  readonly #file: FileHandle;
  readonly #base: number;
  readonly #buffer = Buffer.allocUnsafe(mostBytes);
  #start = 0;
  #length = 0;
  /** Bytes written so far. */
  written = 0;

  /** `base` is the byte of the file where block 0 lies. */
  constructor(file: FileHandle, base: number) {
    this.#file = file;
    this.#base = base;
  }

  /** Room for at most 8 MiB at a block, to be filled by the caller before the next call. */
  async room(block: number, bytes: number): Promise<Buffer> {
    const at = block * blockSize;
    if (this.#start + this.#length !== at || this.#length + bytes > mostBytes) {
      await this.flush();
      this.#start = at;
    }
    const room = this.#buffer.subarray(this.#length, this.#length + bytes);
    this.#length += bytes;
    return room;
  }

  async flush(): Promise<void> {
    for (let done = 0; done < this.#length; ) {
      const at = this.#base + this.#start + done;
      const left = this.#length - done;
      done += (await this.#file.write(this.#buffer, done, left, at)).bytesWritten;
    }
    this.written += this.#length;
    this.#start += this.#length;
    this.#length = 0;
  }
}
