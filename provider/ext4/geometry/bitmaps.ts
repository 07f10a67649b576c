import { blockSize, groupBlocks } from "../format.ts";
import type { Run } from "../inodes/extents.ts";
import { type Geometry, groupMetadata, headBlocks } from "./geometry.ts";

// Kernel documentation, "Block and Inode Bitmaps": a set bit is in use; bits behind the end are set too.

/** A bitmap of one group and what it says in numbers. */
export interface Bitmap {
  readonly bytes: Buffer;
  readonly free: number;
  /** One more than the highest bit in use that is not behind the end. */
  readonly used: number;
}

/** The block bitmap of every group. */
export function blockBitmaps(geometry: Geometry, runs: readonly Run[]): Bitmap[] {
  const maps = new BitmapSet(geometry.groups, groupBlocks);
  for (let group = 0; group < geometry.groups; group++) {
    const { blockBitmap, inodeBitmap, inodeTable } = groupMetadata(geometry, group);
    maps.set(group * groupBlocks, headBlocks(geometry, group));
    maps.set(blockBitmap, 1);
    maps.set(inodeBitmap, 1);
    maps.set(inodeTable, geometry.inodeTableBlocks);
  }
  for (const { block, count } of runs) maps.set(block, count);
  return maps.finish(geometry.blocks);
}

/** The inode bitmap of every group; `numbers` are the inodes in use. */
export function inodeBitmaps(geometry: Geometry, numbers: Iterable<number>): Bitmap[] {
  const maps = new BitmapSet(geometry.groups, geometry.inodesPerGroup);
  for (const number of numbers) maps.set(number - 1, 1);
  return maps.finish(geometry.inodes);
}

class BitmapSet {
  readonly #perGroup: number;
  readonly #groups: { bytes: Buffer; inUse: number; used: number }[];

  constructor(groups: number, perGroup: number) {
    this.#perGroup = perGroup;
    this.#groups = Array.from({ length: groups }, () => ({
      bytes: Buffer.alloc(blockSize),
      inUse: 0,
      used: 0,
    }));
  }

  set(first: number, count: number): void {
    for (let at = first, left = count; left > 0; ) {
      const map = this.#groups[Math.floor(at / this.#perGroup)]!;
      const bit = at % this.#perGroup;
      const here = Math.min(left, this.#perGroup - bit);
      setBits(map.bytes, bit, here);
      map.inUse += here;
      map.used = Math.max(map.used, bit + here);
      at += here;
      left -= here;
    }
  }

  finish(total: number): Bitmap[] {
    return this.#groups.map(({ bytes, inUse, used }, group) => {
      const there = Math.min(this.#perGroup, total - group * this.#perGroup);
      setBits(bytes, there, blockSize * 8 - there);
      return { bytes, used, free: there - inUse };
    });
  }
}

function setBits(bytes: Buffer, first: number, count: number): void {
  const end = first + count;
  let bit = first;
  for (; bit < end && bit % 8 !== 0; bit++) bytes[bit >> 3]! |= 1 << (bit & 7);
  if (end - bit >= 8) {
    bytes.fill(0xff, bit >> 3, end >> 3);
    bit = end - (end % 8);
  }
  for (; bit < end; bit++) bytes[bit >> 3]! |= 1 << (bit & 7);
}
