import type { FileHandle } from "node:fs/promises";

/** Bytes after which the kernel is told to begin: enough for long writes to the device. */
const stepBytes = 128 * 2 ** 20;

/**
 * Lets a large file go to the device while the rest of it is still being written, instead of all of it at the end: the sync that makes it
 * durable then finds little left.
 */
export class EarlySync {
  readonly #file: FileHandle;
  #begun = 0;
  #running: Promise<void> | undefined;
  #error: unknown;

  constructor(file: FileHandle) {
    this.#file = file;
  }

  /** Hears how many bytes are written by now. */
  written(bytes: number): void {
    if (this.#running || bytes - this.#begun < stepBytes) return;
    this.#begun = bytes;
    this.#running = this.#file.datasync().then(
      () => {
        this.#running = undefined;
      },
      (error: unknown) => {
        // The kernel tells of a failed write once: it must not be lost here.
        this.#error = error;
      },
    );
  }

  /** Resolves when nothing runs; an error if something could not be written. */
  async settled(): Promise<void> {
    await this.#running;
    if (this.#error !== undefined) throw this.#error;
  }
}
