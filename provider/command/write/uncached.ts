import { constants } from "node:fs";
import { type FileHandle, open } from "node:fs/promises";

/** Of the language itself; Node's types know it as a namespace alone. */
declare const WebAssembly: {
  readonly Memory: new (pages: { readonly initial: number }) => { readonly buffer: ArrayBuffer };
};

/** Bytes that are read or written at once. */
export const pieceBytes = 4 << 20;
/** Larger than any sector: what O_DIRECT reads begins and ends at one. */
const alignBytes = 4096;

/** A file or disk that is read past the kernel's cache. */
export interface Uncached {
  /** Up to `length` bytes (at most a piece) from an offset that is a multiple of 4096, fewer at the end; valid until the next read. */
  read(offset: number, length: number): Promise<Buffer>;
  close(): Promise<void>;
}

/**
 * Opens what was just written so that it is read from the disk, and not from what the kernel still remembers of writing it (open(2),
 * O_DIRECT). Where a filesystem does not know that, the kernel's memory has to do.
 */
export async function openUncached(path: string): Promise<Uncached> {
  // O_DIRECT wants memory that begins at a sector's boundary; WebAssembly's is made of pages, a Buffer lies anywhere.
  const buffer = Buffer.from(new WebAssembly.Memory({ initial: pieceBytes / 2 ** 16 }).buffer);
  let file = await open(path, constants.O_RDONLY | (constants.O_DIRECT ?? 0)).catch(withCache);
  async function withCache(error: NodeJS.ErrnoException): Promise<FileHandle> {
    if (error.code !== "EINVAL") throw error;
    return open(path, "r");
  }
  async function fill(offset: number, length: number): Promise<number> {
    const whole = Math.ceil(length / alignBytes) * alignBytes;
    for (let done = 0; ; ) {
      const { bytesRead } = await file.read(buffer, done, whole - done, offset + done);
      done += bytesRead;
      // A read that ends within a sector ends at the end of the file.
      if (bytesRead === 0 || done >= length || done % alignBytes !== 0) return done;
    }
  }
  return {
    async read(offset, length) {
      const done = await fill(offset, length).catch(async (error) => {
        const cached = await withCache(error);
        await file.close();
        file = cached;
        return fill(offset, length);
      });
      return buffer.subarray(0, Math.min(done, length));
    },
    close: () => file.close(),
  };
}
