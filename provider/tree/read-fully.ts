import type { FileHandle } from "node:fs/promises";

/** Fills a buffer from an offset of a file, however short single reads are (read(2)); false when the file ends before. */
export async function readFully(
  file: FileHandle,
  into: Uint8Array,
  offset: number,
): Promise<boolean> {
  for (let done = 0; done < into.length; ) {
    const { bytesRead } = await file.read(into, done, into.length - done, offset + done);
    if (bytesRead === 0) return false;
    done += bytesRead;
  }
  return true;
}
