import { blockSize, descriptorSize, inodeNumber, inodeSize } from "../format.ts";
import { nameOf, parentOf } from "../replay/limits.ts";
import type { MetaBlock } from "./meta-blocks.ts";

// Finds a path in the metadata of a plan as a boot loader finds it on disk: group descriptor, inode, extents, names.

const extentHeader = 12;
const recordBytes = 12;

/** Runs of blocks that a path's inode maps, in file order; none if it is not there or holds no blocks. */
export function findBlocks(
  meta: readonly MetaBlock[],
  path: string,
): (readonly [block: number, count: number])[] {
  const reader = new MetaReader(meta);
  const number = reader.find(path);
  return number === undefined ? [] : reader.runs(number);
}

class MetaReader {
  readonly #blocks: Map<number, Uint8Array>;
  readonly #inodesPerGroup: number;

  constructor(meta: readonly MetaBlock[]) {
    this.#blocks = new Map(meta.map(({ block, bytes }) => [block, bytes]));
    this.#inodesPerGroup = this.#block(0).readUInt32LE(1024 + 0x28);
  }

  find(path: string): number | undefined {
    if (path === "") return inodeNumber.root;
    const directory = this.find(parentOf(path));
    if (directory === undefined) return undefined;
    const name = Buffer.from(nameOf(path), "latin1");
    for (const [first, count] of this.runs(directory)) {
      for (let block = first; block < first + count; block++) {
        const found = this.#inBlock(this.#block(block), name);
        if (found !== undefined) return found;
      }
    }
    return undefined;
  }

  runs(number: number): (readonly [number, number])[] {
    return this.#extents(this.#inode(number).subarray(0x28, 0x28 + 60));
  }

  #extents(node: Buffer): (readonly [number, number])[] {
    const depth = node.readUInt16LE(6);
    return Array.from({ length: node.readUInt16LE(2) }, (_, i) => {
      const at = extentHeader + i * recordBytes;
      if (depth > 0) return this.#extents(this.#block(node.readUInt32LE(at + 4)));
      return [[node.readUInt32LE(at + 8), node.readUInt16LE(at + 4)] as const];
    }).flat();
  }

  #inBlock(block: Buffer, name: Buffer): number | undefined {
    for (let at = 0; at < blockSize; at += block.readUInt16LE(at + 4)) {
      const inode = block.readUInt32LE(at);
      const length = block.readUInt8(at + 6);
      if (inode !== 0 && name.equals(block.subarray(at + 8, at + 8 + length))) return inode;
    }
    return undefined;
  }

  #inode(number: number): Buffer {
    const group = Math.floor((number - 1) / this.#inodesPerGroup);
    const at = group * descriptorSize;
    const descriptors = this.#block(1 + Math.floor(at / blockSize));
    const table = descriptors.readUInt32LE((at % blockSize) + 8);
    const byte = ((number - 1) % this.#inodesPerGroup) * inodeSize;
    const block = this.#block(table + Math.floor(byte / blockSize));
    return block.subarray(byte % blockSize, (byte % blockSize) + inodeSize);
  }

  #block(number: number): Buffer {
    const bytes = this.#blocks.get(number)!;
    return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  }
}
