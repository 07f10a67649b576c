import { open } from "node:fs/promises";
import { writeFully } from "../tree/write-fully.ts";

/** Bytes that replace those at an offset of a file. */
export interface Patch {
  readonly offsetBytes: number;
  readonly bytes: Uint8Array;
}

/** Given the first 4 MiB of an image and its disk's digest: patches for what qemu-img takes from the clock or at random. */
export type FixUp = (head: Buffer, disk: string) => readonly Patch[];

/** More than any fix-up looks at: headers, descriptor and metadata come first in each format that qemu-img writes. */
const headBytes = 4 * 1024 * 1024;

/** Applies a fix-up to a file in place. */
export async function fixFile(file: string, fixUp: FixUp, disk: string): Promise<void> {
  const handle = await open(file, "r+");
  try {
    const buffer = Buffer.alloc(headBytes);
    const { bytesRead } = await handle.read(buffer, 0, headBytes, 0);
    for (const { offsetBytes, bytes } of fixUp(buffer.subarray(0, bytesRead), disk))
      await writeFully(handle, bytes, offsetBytes);
  } finally {
    await handle.close();
  }
}
