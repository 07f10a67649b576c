import type { FileHandle } from "node:fs/promises";
import { LongWrites, pagedBuffer } from "../../tree/long-writes.ts";
import { blockSize } from "../format.ts";

/** Longest single write. */
const mostBytes = 4 * 2 ** 20;

/** Writes blocks of a filesystem into a file: runs of adjacent blocks in one write, while the next are being filled. */
export class BlockWriter {
  readonly #file: LongWrites;
  readonly #base: number;
  #filling = pagedBuffer(mostBytes);
  #other = pagedBuffer(mostBytes);
  /** Settles when the other buffer is written. */
  #writing: Promise<void> = Promise.resolve();
  #start = 0;
  #length = 0;
  /** Bytes written, or being written. */
  written = 0;

  /** `base` is the byte of the file where block 0 lies. */
  constructor(file: FileHandle, base: number) {
    this.#file = new LongWrites(file);
    this.#base = base;
  }

  /** Room for at most 4 MiB at a block, to be filled by the caller before the next call. */
  async room(block: number, bytes: number): Promise<Buffer> {
    const at = block * blockSize;
    if (this.#start + this.#length !== at || this.#length + bytes > mostBytes) {
      await this.#turn();
      this.#start = at;
    }
    const room = this.#filling.subarray(this.#length, this.#length + bytes);
    this.#length += bytes;
    return room;
  }

  /** Writes what there is; resolves when the file has it all. */
  async flush(): Promise<void> {
    await this.#turn();
    await this.#writing;
  }

  /** To be called when there is nothing more to write, or that failed. */
  async close(): Promise<void> {
    await this.#writing.catch(() => {});
    await this.#file.close();
  }

  async #turn(): Promise<void> {
    await this.#writing;
    const full = this.#filling.subarray(0, this.#length);
    this.#writing = this.#file.write(full, this.#base + this.#start);
    // Whoever waits for it next hears of a failure.
    this.#writing.catch(() => {});
    [this.#filling, this.#other] = [this.#other, this.#filling];
    this.written += this.#length;
    this.#start += this.#length;
    this.#length = 0;
  }
}
