import { groupBlocks } from "../format.ts";
import type { Extent, Run } from "../inodes/extents.ts";
import type { Node } from "../replay/node.ts";
import type { Room } from "../replay/room.ts";
import type { FreeBlocks } from "./free-blocks.ts";
import type { LastInode } from "./last-placement.ts";

/** A range of blocks that an inode will ask for. */
export type Want = Pick<Extent, "logical" | "count">;

/** Room in which blocks stay where they lay, and only what has no place yet takes free ones. */
export class KeptRoom implements Room {
  readonly #free: FreeBlocks;
  readonly #kept = new Map<object, Extent[]>();
  readonly #others = new Map<object, number[]>();
  #missing = 0;

  constructor(free: FreeBlocks) {
    this.#free = free;
  }

  /** Claims for an inode what it had, as far as it still wants that and it is free. */
  claim(node: Node, wants: readonly Want[], last: LastInode | undefined): void {
    const kept: Extent[] = [];
    let had = 0;
    for (const want of wants) {
      this.#missing += want.count;
      for (; had < (last?.extents.length ?? 0); had++) {
        const extent = last!.extents[had]!;
        this.#claimPart(extent, want, kept);
        // The next want may begin within the same extent.
        if (extent.logical + extent.count > want.logical + want.count) break;
      }
    }
    this.#kept.set(node, kept);
    const others = last?.others.filter((block) => this.#free.claim(block)) ?? [];
    this.#others.set(node, others);
    if (node.attributes.needsBlock) this.#missing++;
  }

  /** Ends the claims. */
  settle(): void {
    this.#free.settle(this.#missing);
  }

  align(): void {}

  take(count: number, owner: object, logical?: number): Run[] {
    if (logical === undefined) {
      const block = this.#others.get(owner)?.shift();
      return block === undefined ? this.#free.take(count) : [{ block, count: 1 }];
    }
    const runs: Run[] = [];
    let at = logical;
    const fill = (end: number): void => {
      if (end > at) for (const run of this.#free.take(end - at)) addRun(runs, run);
      at = Math.max(at, end);
    };
    for (const kept of this.#kept.get(owner) ?? []) {
      const from = Math.max(kept.logical, logical);
      const to = Math.min(kept.logical + kept.count, logical + count);
      if (from >= to) continue;
      fill(from);
      addRun(runs, { block: kept.block + from - kept.logical, count: to - from });
      at = to;
    }
    fill(logical + count);
    return runs.flatMap(cutAtGroups);
  }

  #claimPart(extent: Extent, want: Want, kept: Extent[]): void {
    const from = Math.max(extent.logical, want.logical);
    const to = Math.min(extent.logical + extent.count, want.logical + want.count);
    for (let logical = from; logical < to; logical++) {
      const block = extent.block + logical - extent.logical;
      if (!this.#free.claim(block)) continue;
      this.#missing--;
      const last = kept.at(-1);
      const follows =
        last && last.logical + last.count === logical && last.block + last.count === block;
      if (follows) kept[kept.length - 1] = { ...last, count: last.count + 1 };
      else kept.push({ logical, block, count: 1 });
    }
  }
}

function addRun(runs: Run[], run: Run): void {
  const last = runs.at(-1);
  if (last && last.block + last.count === run.block)
    runs[runs.length - 1] = { block: last.block, count: last.count + run.count };
  else runs.push(run);
}

/** Runs end with their group, as where nothing is kept: the same places give the same plan. */
function cutAtGroups({ block, count }: Run): Run[] {
  const runs: Run[] = [];
  for (let at = block; at < block + count; ) {
    const end = Math.min(block + count, (Math.floor(at / groupBlocks) + 1) * groupBlocks);
    runs.push({ block: at, count: end - at });
    at = end;
  }
  return runs;
}
