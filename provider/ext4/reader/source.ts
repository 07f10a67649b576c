import type { FileHandle } from "node:fs/promises";
import { ContentError } from "../../errors.ts";
import { readFully } from "../../tree/read-fully.ts";

/** Bytes that a filesystem is read from. */
export interface ReadableBytes {
  readonly sizeBytes: number;
  /** The bytes at an offset, in memory of their own; an error where they would end outside. */
  read(offset: number, length: number): Promise<Buffer>;
}

/** Bytes of a partition in a file. Whatever a filesystem says of itself, nothing outside is read. */
export class PartitionBytes implements ReadableBytes {
  readonly sizeBytes: number;
  readonly #file: FileHandle;
  readonly #offset: number;

  constructor(file: FileHandle, offset: number, sizeBytes: number) {
    this.#file = file;
    this.#offset = offset;
    this.sizeBytes = sizeBytes;
  }

  /** The bytes at an offset; an error where they would end outside. */
  async read(offset: number, length: number): Promise<Buffer> {
    if (!Number.isSafeInteger(offset) || offset < 0 || offset + length > this.sizeBytes)
      throw new ContentError(
        `it points to byte ${offset}, and the partition has ${this.sizeBytes} bytes`,
      );
    const bytes = Buffer.alloc(length);
    if (!(await readFully(this.#file, bytes, this.#offset + offset)))
      throw new ContentError(`the disk ends before byte ${this.#offset + offset + length}`);
    return bytes;
  }
}
