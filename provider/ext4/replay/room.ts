import { groupBlocks, layerAlignment, roundUp } from "../format.ts";
import { type Layout, reservedBlocks } from "../geometry/geometry.ts";
import type { Run } from "../inodes/extents.ts";

/** Gives out blocks. */
export interface Room {
  /** Blocks for contents of `owner` from its block `logical` on; without `logical`, for what else belongs to it. */
  take(count: number, owner: object, logical?: number): Run[];
  /** Lets what follows begin at a unit of deltas. */
  align(): void;
}

/** Blocks one after another; a run ends where the reserved start of a group is in the way. */
export class NewRoom implements Room {
  readonly #layout: Layout;
  #next = 0;

  constructor(layout: Layout) {
    this.#layout = layout;
  }

  /** The block behind all that were taken. */
  get end(): number {
    return this.#next;
  }

  align(): void {
    this.#next = roundUp(this.#next, layerAlignment);
  }

  take(count: number): Run[] {
    const taken: Run[] = [];
    for (let left = count; left > 0; ) {
      const group = Math.floor(this.#next / groupBlocks);
      const usable = group * groupBlocks + reservedBlocks(this.#layout, group);
      this.#next = Math.max(this.#next, usable);
      const run = {
        block: this.#next,
        count: Math.min(left, (group + 1) * groupBlocks - this.#next),
      };
      this.#next += run.count;
      left -= run.count;
      taken.push(run);
    }
    return taken;
  }
}
