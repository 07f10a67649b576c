import { groupBlocks, layerAlignment, roundUp } from "../format.ts";
import { type Layout, reservedBlocks } from "../geometry/geometry.ts";
import type { Run } from "../inodes/extents.ts";

/** Blocks of a filesystem that nothing has taken: first some are claimed by number, then runs are taken from what is left. */
export class FreeBlocks {
  readonly #layout: Layout;
  readonly #from: number;
  readonly #limit: number;
  /** A byte for every block of a group in which something was claimed. */
  readonly #groups = new Map<number, Uint8Array>();
  #holes: { block: number; count: number }[] = [];
  /** Holes below this one are passed over while it lasts: what is new stays together. */
  #current = 0;
  #behind: number;

  /** Blocks from `from` up to `limit` are free but for those that a group reserves. */
  constructor(layout: Layout, from: number, limit: number) {
    this.#layout = layout;
    this.#from = from;
    this.#limit = limit;
    this.#behind = limit;
  }

  /** Takes a block of this number if it is free. */
  claim(block: number): boolean {
    if (block < this.#from || block >= this.#limit) return false;
    const group = Math.floor(block / groupBlocks);
    const nth = block % groupBlocks;
    if (nth < reservedBlocks(this.#layout, group)) return false;
    const claimed = this.#groups.get(group) ?? new Uint8Array(groupBlocks);
    this.#groups.set(group, claimed);
    if (claimed[nth] === 1) return false;
    claimed[nth] = 1;
    return true;
  }

  /** Ends the claims. Of the holes between them the first that holds so many blocks is filled first. */
  settle(wanted: number): void {
    this.#holes = this.#findHoles();
    const fits = this.#holes.findIndex((hole) => startIn(hole) + wanted <= endOf(hole));
    if (fits < 0) return;
    // Deltas are counted in units of 64 KiB: what is new shares as few of them as possible with what is not.
    const hole = this.#holes[fits]!;
    const start = startIn(hole);
    if (start > hole.block)
      this.#holes.splice(fits, 0, { block: hole.block, count: start - hole.block });
    this.#current = start > hole.block ? fits + 1 : fits;
    this.#holes[this.#current] = { block: start, count: endOf(hole) - start };
  }

  /** Takes so many blocks: in one run if any hole has it, else from hole to hole, and behind the end when all are full. */
  take(count: number): Run[] {
    const current = this.#holes[this.#current];
    const at =
      current && current.count >= count
        ? this.#current
        : this.#holes.findIndex((hole) => hole.count >= count);
    if (at >= 0) return [this.#cut(at, count)];
    const taken: Run[] = [];
    let left = count;
    for (let i = 0; left > 0 && i < this.#holes.length; i++) {
      const size = Math.min(left, this.#holes[i]!.count);
      if (size === 0) continue;
      taken.push(this.#cut(i, size));
      left -= size;
    }
    if (left > 0) taken.push({ block: this.#behind, count: left });
    this.#behind += left;
    return taken;
  }

  #cut(at: number, count: number): Run {
    const hole = this.#holes[at]!;
    const run = { block: hole.block, count };
    hole.block += count;
    hole.count -= count;
    return run;
  }

  #findHoles(): { block: number; count: number }[] {
    const holes: { block: number; count: number }[] = [];
    const add = (block: number, end: number): void => {
      if (end <= block) return;
      const last = holes.at(-1);
      if (last && endOf(last) === block) last.count += end - block;
      else holes.push({ block, count: end - block });
    };
    for (let group = 0; group * groupBlocks < this.#limit; group++) {
      const base = group * groupBlocks;
      const end = Math.min(base + groupBlocks, this.#limit);
      let free = Math.max(base + reservedBlocks(this.#layout, group), this.#from);
      const claimed = this.#groups.get(group);
      for (let block = free; claimed && block < end; block++) {
        if (claimed[block - base] === 0) continue;
        add(free, block);
        free = block + 1;
      }
      add(free, end);
    }
    return holes;
  }
}

function startIn({ block, count }: Run): number {
  const aligned = roundUp(block, layerAlignment);
  return aligned < block + count ? aligned : block;
}

function endOf({ block, count }: Run): number {
  return block + count;
}
