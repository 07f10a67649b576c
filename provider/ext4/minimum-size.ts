import type { PlannedTree } from "../tree/types.ts";
import { blockSize } from "./format.ts";
import { layoutFor, leastBlocks } from "./geometry/geometry.ts";
import { type Ext4Options, fullOptions } from "./options.ts";
import { placedSize } from "./replay/place.ts";

/** The least size that holds a tree, exactly: one block less fails. Also the inodes that it takes. */
export function minimumSize(
  { items }: Pick<PlannedTree, "items">,
  options: Omit<Ext4Options, "sizeBytes">,
): { bytes: number; inodes: number } {
  const full = fullOptions({ ...options, sizeBytes: blockSize });
  // Near a TiB the layout changes, and then so does the answer.
  for (let guess = 1; ; ) {
    const layout = layoutFor(guess, full.inodesPerGroup);
    const { end, inodes } = placedSize(items, layout, full);
    const blocks = leastBlocks(layout, end, inodes);
    const settled = layoutFor(blocks, full.inodesPerGroup).descriptorRoom === layout.descriptorRoom;
    if (settled) return { bytes: blocks * blockSize, inodes };
    guess = blocks;
  }
}
