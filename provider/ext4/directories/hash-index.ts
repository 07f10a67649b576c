import { blockSize, directoryTail } from "../format.ts";
import { entryBytes, type Slot } from "./directory.ts";

/** Blocks up to which a directory stays a plain list of names. */
export const mostLinearBlocks = 64;
const usable = blockSize - directoryTail;
/** Leaves that the root can list itself (dx_root without its header and tail). */
export const rootEntries = (blockSize - 32) / 8 - 1;
/** Leaves that a node may list (dx_node); ours keep a part of that free for the guest. */
export const nodeEntries = (blockSize - 8) / 8 - 1;
const entriesPerNode = 400;

/** A leaf block: names whose hashes begin at `from`. */
export interface Leaf<T> {
  /** Odd where the names before it have the same hash. */
  readonly from: number;
  /** Block of the directory. */
  readonly block: number;
  readonly names: readonly Hashed<T>[];
}

interface Hashed<T> {
  readonly hash: number;
  readonly slot: Slot<T>;
}

interface GrowingLeaf<T> extends Leaf<T> {
  names: Hashed<T>[];
  bytes: number;
}

/**
 * The hash tree of a directory. Names are added in the order in which they came, and a full leaf splits in two as in
 * the kernel: so a layer changes only the leaves that it adds names to, and blocks are only ever added.
 */
export class HashIndex<T> {
  /** In ascending order of hashes. */
  readonly leaves: GrowingLeaf<T>[] = [{ from: 0, block: 1, names: [], bytes: 0 }];
  /** Blocks of inner nodes; none while the root can list all leaves. */
  readonly nodes: number[] = [];
  readonly #hashOf: (name: string) => number;
  #taken = 0;

  /** `hashOf` gives even numbers of 32 bits. */
  constructor(hashOf: (name: string) => number) {
    this.#hashOf = hashOf;
  }

  /** The root, inner nodes and leaves. */
  get blocks(): number {
    return 1 + this.nodes.length + this.leaves.length;
  }

  /** False for more leaves than two levels can list: such a directory stays linear. */
  get fits(): boolean {
    return this.nodes.length <= rootEntries;
  }

  /** Adds the names of a list that are not in yet. */
  take(slots: readonly Slot<T>[]): void {
    for (; this.#taken < slots.length; this.#taken++) {
      const slot = slots[this.#taken]!;
      this.#add({ hash: this.#hashOf(slot.name), slot });
    }
  }

  #add(name: Hashed<T>): void {
    const at = this.#leafAt(name.hash);
    const leaf = this.leaves[at]!;
    leaf.names.push(name);
    leaf.bytes += entryBytes(name.slot.name);
    if (leaf.bytes > usable) this.#split(at, leaf);
  }

  /** The last leaf that does not begin behind a hash. */
  #leafAt(hash: number): number {
    let low = 0;
    for (let high = this.leaves.length - 1; low < high; ) {
      const middle = (low + high + 1) >> 1;
      if (this.leaves[middle]!.from <= hash) low = middle;
      else high = middle - 1;
    }
    return low;
  }

  /** Moves the upper half of a leaf's names to a new block. */
  #split(at: number, leaf: GrowingLeaf<T>): void {
    const sorted = leaf.names.toSorted((a, b) => a.hash - b.hash);
    let kept = 0;
    let bytes = 0;
    while (bytes < leaf.bytes / 2) bytes += entryBytes(sorted[kept++]!.slot.name);
    const moved = sorted.slice(kept);
    const first = moved[0]!.hash;
    const from = sorted[kept - 1]!.hash === first ? first + 1 : first;
    this.leaves.splice(at + 1, 0, {
      from,
      block: this.blocks,
      names: moved,
      bytes: leaf.bytes - bytes,
    });
    leaf.names = sorted.slice(0, kept);
    leaf.bytes = bytes;
    const needed =
      this.leaves.length > rootEntries ? Math.ceil(this.leaves.length / entriesPerNode) : 0;
    while (this.nodes.length < needed) this.nodes.push(this.blocks);
  }
}
