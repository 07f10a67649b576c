import { blockSize } from "../format.ts";

// Memory of its own for each of a hundred thousand records costs the collector more than their bytes do.

const slabBlocks = 64;
let slab = Buffer.alloc(0);

/** Zeros for a record that is copied to where it belongs. */
export function zeroed(bytes: number): Buffer {
  return Buffer.allocUnsafe(bytes).fill(0);
}

/** A block of zeros. */
export function zeroBlock(): Buffer {
  if (slab.length === 0) slab = Buffer.alloc(slabBlocks * blockSize);
  const block = slab.subarray(0, blockSize);
  slab = slab.subarray(blockSize);
  return block;
}
