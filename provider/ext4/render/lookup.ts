import {
  blockSize,
  descriptorSize,
  extentsFlag,
  inodeNumber,
  inodeSize,
  modeBits,
} from "../format.ts";
import type { Extent } from "../inodes/extents.ts";
import { nameOf, parentOf } from "../replay/limits.ts";
import type { MetaBlock } from "./meta-blocks.ts";

// Reads the metadata of a plan as a boot loader reads it on disk: group descriptor, inode, extents, names.

const extentHeader = 12;
const recordBytes = 12;

/** Runs of blocks that a path's inode maps, in file order; none if it is not there or holds no blocks. */
export function findBlocks(
  meta: readonly MetaBlock[],
  path: string,
): (readonly [block: number, count: number])[] {
  const reader = new MetaReader(meta);
  const number = reader.find(path);
  if (number === undefined) return [];
  return reader.blocksOf(number).extents.map(({ block, count }) => [block, count] as const);
}

/** Reads inodes and names out of the metadata blocks of a plan. */
export class MetaReader {
  readonly #blocks: Map<number, Buffer>;
  readonly #inodesPerGroup: number;

  constructor(meta: readonly MetaBlock[]) {
    this.#blocks = new Map(
      meta.map(({ block, bytes }) => [
        block,
        Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length),
      ]),
    );
    this.#inodesPerGroup = this.#block(0).readUInt32LE(1024 + 0x28);
  }

  /** The number of a path's inode. */
  find(path: string): number | undefined {
    if (path === "") return inodeNumber.root;
    const directory = this.find(parentOf(path));
    if (directory === undefined) return undefined;
    const sought = nameOf(path);
    for (const { name, inode } of this.names(directory)) if (name === sought) return inode;
    return undefined;
  }

  isDirectory(number: number): boolean {
    return (this.#inode(number).readUInt16LE(0) & 0xf000) === modeBits.directory;
  }

  /** Every name in a directory, latin1, with "." and "..". */
  *names(directory: number): Generator<{ name: string; inode: number }> {
    for (const { block: first, count } of this.blocksOf(directory).extents) {
      for (let number = first; number < first + count; number++) {
        const block = this.#block(number);
        for (let at = 0; at < blockSize; at += block.readUInt16LE(at + 4)) {
          const inode = block.readUInt32LE(at);
          const length = block.readUInt8(at + 6);
          if (inode !== 0) yield { name: block.toString("latin1", at + 8, at + 8 + length), inode };
        }
      }
    }
  }

  /** Blocks with what an inode holds, and the others: of its extent tree from the leaves up, then of its attributes. */
  blocksOf(number: number): { extents: Extent[]; others: number[] } {
    const inode = this.#inode(number);
    const attributes = inode.readUInt32LE(0x68);
    const own = attributes > 0 ? [attributes] : [];
    if (!(inode.readUInt32LE(0x20) & extentsFlag)) return { extents: [], others: own };
    const levels: number[][] = [];
    const extents = this.#extents(inode.subarray(0x28, 0x28 + 60), levels);
    return { extents, others: [...levels.flat(), ...own] };
  }

  #extents(node: Buffer, levels: number[][]): Extent[] {
    const depth = node.readUInt16LE(6);
    return Array.from({ length: node.readUInt16LE(2) }, (_, i) => {
      const at = extentHeader + i * recordBytes;
      const logical = node.readUInt32LE(at);
      if (depth === 0)
        return [{ logical, block: node.readUInt32LE(at + 8), count: node.readUInt16LE(at + 4) }];
      const child = node.readUInt32LE(at + 4);
      levels[depth - 1] ??= [];
      levels[depth - 1]!.push(child);
      return this.#extents(this.#block(child), levels);
    }).flat();
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
    return this.#blocks.get(number)!;
  }
}
