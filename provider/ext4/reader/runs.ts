import type { ContentError } from "../../errors.ts";
import { type FoundInode, inodeFlags } from "./inodes.ts";
import type { ReadableBytes } from "./source.ts";
import { damaged, type SuperBlock } from "./super-block.ts";

// Kernel documentation, "The Contents of inode.i_block".

/** A run of a file's blocks that are on the disk; what no run covers is a hole. */
export interface FoundRun {
  readonly logical: number;
  readonly block: number;
  readonly count: number;
}

const recordBytes = 12;
const extentMagic = 0xf30a;
const deepest = 5;
/** ee_len above this says that the blocks were never written (EXT_INIT_MAX_LEN). */
const mostWritten = 32768;
const directBlocks = 12;

/** Where a file's blocks lie, in order. A file that claims more blocks than there are is refused before it costs anything. */
export async function runsOf(
  inode: FoundInode,
  partition: ReadableBytes,
  superBlock: SuperBlock,
): Promise<FoundRun[]> {
  const walk = new Walk(partition, superBlock, inode);
  if ((inode.flags & inodeFlags.extents) !== 0) await walk.extents(inode.iBlock);
  else await walk.blockMap(inode.iBlock);
  return walk.runs;
}

class Walk {
  readonly runs: FoundRun[] = [];
  readonly #partition: ReadableBytes;
  readonly #super: SuperBlock;
  readonly #inode: FoundInode;
  /** Blocks that the file's size has room for. */
  readonly #wanted: number;
  /** First block of the file that nothing has been said of. */
  #next = 0;
  #mapped = 0;

  constructor(partition: ReadableBytes, superBlock: SuperBlock, inode: FoundInode) {
    this.#partition = partition;
    this.#super = superBlock;
    this.#inode = inode;
    this.#wanted = Math.ceil(inode.size / superBlock.blockBytes);
  }

  async extents(node: Buffer, depth?: number): Promise<void> {
    const count = node.readUInt16LE(2);
    const own = node.readUInt16LE(6);
    const fits = recordBytes * (count + 1) <= node.length;
    if (node.readUInt16LE(0) !== extentMagic || !fits || own > deepest || own !== (depth ?? own))
      throw this.#damaged("its extents cannot be read");
    // A node without records would cost a reader time without leading anywhere.
    if (count === 0 && depth !== undefined) throw this.#damaged("its extents have an empty node");
    for (let at = recordBytes; at < recordBytes * (count + 1); at += recordBytes) {
      const logical = node.readUInt32LE(at);
      if (logical < this.#next) throw this.#damaged("its extents overlap");
      if (own > 0) {
        const child = node.readUInt32LE(at + 4) + node.readUInt16LE(at + 8) * 2 ** 32;
        await this.extents(await this.#block(child), own - 1);
        continue;
      }
      const length = node.readUInt16LE(at + 4);
      const isWritten = length <= mostWritten;
      const block = node.readUInt32LE(at + 8) + node.readUInt16LE(at + 6) * 2 ** 32;
      const blocks = isWritten ? length : length - mostWritten;
      if (blocks === 0) throw this.#damaged("its extents have an empty one");
      if (isWritten) this.#add(logical, block, blocks);
      this.#next = logical + blocks;
    }
  }

  async blockMap(iBlock: Buffer): Promise<void> {
    for (let i = 0; i < directBlocks; i++) this.#pointer(iBlock.readUInt32LE(4 * i));
    for (let depth = 1; depth <= 3; depth++)
      await this.#indirect(iBlock.readUInt32LE(4 * (directBlocks + depth - 1)), depth);
  }

  async #indirect(block: number, depth: number): Promise<void> {
    const per = this.#super.blockBytes / 4;
    if (block === 0 || this.#next >= this.#wanted) {
      this.#next += per ** depth;
      return;
    }
    const pointers = await this.#block(block);
    for (let i = 0; i < per && this.#next < this.#wanted; i++) {
      const pointer = pointers.readUInt32LE(4 * i);
      if (depth > 1) await this.#indirect(pointer, depth - 1);
      else this.#pointer(pointer);
    }
  }

  #pointer(block: number): void {
    if (block !== 0 && this.#next < this.#wanted) this.#add(this.#next, block, 1);
    this.#next++;
  }

  #add(logical: number, block: number, count: number): void {
    if (block + count > this.#super.blocks || block === 0)
      throw this.#damaged(`it lies in block ${block}, and there are ${this.#super.blocks}`);
    // What is mapped behind the end of a file was set aside for it, and is no part of it.
    const useful = Math.min(count, this.#wanted - logical);
    if (useful <= 0) return;
    this.#mapped += useful;
    if (this.#mapped > this.#super.blocks) throw this.#damaged("it has more blocks than there are");
    const last = this.runs.at(-1);
    if (last && last.logical + last.count === logical && last.block + last.count === block)
      this.runs[this.runs.length - 1] = { ...last, count: last.count + useful };
    else this.runs.push({ logical, block, count: useful });
  }

  async #block(block: number): Promise<Buffer> {
    const { blockBytes, blocks } = this.#super;
    if (block === 0 || block >= blocks)
      throw this.#damaged(`its blocks are listed in block ${block}, and there are ${blocks}`);
    return this.#partition.read(block * blockBytes, blockBytes);
  }

  #damaged(why: string): ContentError {
    return damaged(`of the inode ${this.#inode.number}, ${why}`);
  }
}
