import { blockSize, inodeSize, inodesPerBlock } from "../format.ts";
import { type Geometry, groupMetadata } from "../geometry/geometry.ts";
import { zeroBlock } from "../io/zeros.ts";

/** A block of metadata. */
export interface MetaBlock {
  readonly block: number;
  /** 4096 bytes, not all zero. */
  readonly bytes: Uint8Array;
}

const zeros = Buffer.alloc(blockSize);

/** Blocks of metadata under their numbers; whatever stays zero is not written at all. */
export class MetaBlocks {
  readonly #geometry: Geometry;
  readonly #blocks = new Map<number, Buffer>();

  constructor(geometry: Geometry) {
    this.#geometry = geometry;
  }

  put(block: number, bytes: Buffer): void {
    this.#blocks.set(block, bytes);
  }

  putInode(number: number, inode: Buffer): void {
    const { inodesPerGroup } = this.#geometry;
    const nth = (number - 1) % inodesPerGroup;
    const group = Math.floor((number - 1) / inodesPerGroup);
    const block =
      groupMetadata(this.#geometry, group).inodeTable + Math.floor(nth / inodesPerBlock);
    let bytes = this.#blocks.get(block);
    if (!bytes) {
      bytes = zeroBlock();
      this.#blocks.set(block, bytes);
    }
    inode.copy(bytes, (nth % inodesPerBlock) * inodeSize);
  }

  sorted(): MetaBlock[] {
    return [...this.#blocks]
      .filter(([, bytes]) => !bytes.equals(zeros))
      .sort(([a], [b]) => a - b)
      .map(([block, bytes]) => ({ block, bytes }));
  }
}
