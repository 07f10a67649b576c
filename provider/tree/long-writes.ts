import { constants } from "node:fs";
import { type FileHandle, open } from "node:fs/promises";
import { writeFully } from "./write-fully.ts";

/** From this length on a write goes to the device itself; shorter ones are gathered by the kernel first. */
const longBytes = 2 ** 20;
/** What open(2) demands of O_DIRECT at most, of offsets, lengths and memory. */
const alignment = 4096;

/** A buffer that begins where a page of memory does, which Buffer's own do not: only resizable ones are made of pages. */
export function pagedBuffer(bytes: number): Buffer {
  return Buffer.from(new ArrayBuffer(bytes, { maxByteLength: bytes }), 0, bytes);
}

/**
 * Writes into a file; long runs past the page cache, where the filesystem can (O_DIRECT in open(2)). A disk is written once, and memory
 * for all of it takes longer to find than the device needs, and pushes out what others read.
 */
export class LongWrites {
  readonly #file: FileHandle;
  #direct: Promise<FileHandle | undefined> | undefined;

  constructor(file: FileHandle) {
    this.#file = file;
  }

  async write(bytes: Uint8Array, offset: number): Promise<void> {
    if (isLong(bytes, offset)) {
      this.#direct ??= openDirect(this.#file);
      const direct = await this.#direct;
      if (direct && (await wasWritten(direct, bytes, offset))) return;
      // Asked once: what was refused is refused again.
      await this.close();
      this.#direct = Promise.resolve(undefined);
    }
    await writeFully(this.#file, bytes, offset);
  }

  /** Leaves the file itself open. */
  async close(): Promise<void> {
    const direct = await this.#direct;
    this.#direct = undefined;
    await direct?.close();
  }
}

function isLong(bytes: Uint8Array, offset: number): boolean {
  return bytes.length >= longBytes && offset % alignment === 0 && bytes.length % alignment === 0;
}

/** The same file again (proc_pid_fd(5)); undefined where it cannot be had without the page cache. */
async function openDirect(file: FileHandle): Promise<FileHandle | undefined> {
  // macOS has neither.
  if (constants.O_DIRECT === undefined) return undefined;
  return open(`/proc/self/fd/${file.fd}`, constants.O_WRONLY | constants.O_DIRECT).catch(
    () => undefined,
  );
}

/** False where the filesystem or the memory does not allow it, of which EINVAL tells. */
async function wasWritten(file: FileHandle, bytes: Uint8Array, offset: number): Promise<boolean> {
  try {
    await writeFully(file, bytes, offset);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EINVAL") return false;
    throw error;
  }
}
