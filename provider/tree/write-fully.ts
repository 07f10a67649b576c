import type { FileHandle } from "node:fs/promises";

/** Writes a buffer at an offset of a file, however short single writes are (write(2)): the last one before a disk is full is short and no error. */
export async function writeFully(
  file: FileHandle,
  bytes: Uint8Array,
  offset: number,
): Promise<void> {
  for (let done = 0; done < bytes.length; )
    done += (await file.write(bytes, done, bytes.length - done, offset + done)).bytesWritten;
}
