import { createHash } from "node:crypto";
import { ContentError } from "../errors.ts";
import { joined } from "../tree/lines.ts";
import type { PlannedTree } from "../tree/types.ts";
import { blockSize, groupBlocks } from "./format.ts";
import { type Geometry, geometryOf, layoutFor } from "./geometry/geometry.ts";
import { minimumSize } from "./minimum-size.ts";
import { type Ext4Options, type FullOptions, fullOptions } from "./options.ts";
import type { LastPlacement } from "./placement/last-placement.ts";
import { findBlocks } from "./render/lookup.ts";
import type { MetaBlock } from "./render/meta-blocks.ts";
import { render } from "./render/render.ts";
import { type DataExtents, keyOf } from "./replay/data-extents.ts";
import { type Placement, place } from "./replay/place.ts";

/** Part of every plan's digest: raised when the same tree and options give other bytes. */
const writerVersion = 1;

/** A whole ext4 filesystem: the bytes of its metadata, and where its contents are copied from. */
export interface Ext4Plan {
  /** Size in blocks of 4096 bytes; the partition may have a few more. */
  readonly blocks: number;
  readonly blockSize: number;
  /** Ascending; blocks that are in neither list are zeros. */
  readonly meta: readonly MetaBlock[];
  /** Ascending. */
  readonly data: DataExtents;
  /** Digests of the tars that hold the contents. */
  readonly sources: readonly string[];
  /** `sha256:…` of all that decides the bytes. */
  readonly digest: string;
  readonly freeBlocks: number;
  readonly freeInodes: number;
  /** Runs of blocks that a path's contents lie in, in file order; none if it is not there. */
  blocksOf(path: string): readonly (readonly [block: number, count: number])[];
}

/** A plan without what follows from it. */
export type PlanParts = Omit<Ext4Plan, "digest" | "blocksOf">;

/**
 * Plans a filesystem of a given size. Pure: equal arguments give equal plans. What had a place in `last` keeps it;
 * any placement, also of another filesystem, gives a sound one.
 */
export function planExt4(tree: PlannedTree, options: Ext4Options, last?: LastPlacement): Ext4Plan {
  const full = fullOptions(options);
  const size = Math.floor(full.sizeBytes / blockSize);
  const layout = layoutFor(size, full.inodesPerGroup);
  const geometry = geometryOf(layout, size);
  const placement = place(tree.items, layout, full, last && { last, geometry });
  checkRoom(tree, placement, geometry, full);
  return completePlan({
    blocks: geometry.blocks,
    blockSize,
    data: placement.data,
    sources: tree.sources,
    ...render(placement, geometry, full),
  });
}

/** The same filesystem with a boot sector in the 1024 bytes that ext4 leaves free at its start. */
export function withBoot(plan: Ext4Plan, boot: Uint8Array): Ext4Plan {
  const { blocks, blockSize, data, sources, freeBlocks, freeInodes } = plan;
  const [first, ...rest] = plan.meta;
  const bytes = Buffer.from(first!.bytes);
  bytes.set(boot.subarray(0, 1024), 0);
  const meta = [{ block: 0, bytes }, ...rest];
  return completePlan({ blocks, blockSize, meta, data, sources, freeBlocks, freeInodes });
}

/** Adds its digest to a plan, and how to find a path in it. */
export function completePlan(parts: PlanParts): Ext4Plan {
  let digest: string | undefined;
  return {
    ...parts,
    // Made when it is asked for: that of a plan without its boot sector never is.
    get digest() {
      digest ??= digestOf(parts);
      return digest;
    },
    blocksOf: (path) => findBlocks(parts.meta, path),
  };
}

function digestOf({ blocks, meta, data }: PlanParts): string {
  const hash = createHash("sha256");
  hash.update(`bootwright ext4 ${writerVersion}\n${blocks}\n`);
  for (const { block, bytes } of meta) hash.update(`meta ${block}\n`).update(bytes);
  for (const lines of joined(dataLines(data))) hash.update(lines);
  return `sha256:${hash.digest("hex")}`;
}

function* dataLines(data: DataExtents): Generator<string> {
  for (const extent of data) yield `data ${extent.block} ${extent.bytes} ${keyOf(extent)}\n`;
}

function checkRoom(
  tree: PlannedTree,
  placement: Placement,
  geometry: Geometry,
  full: FullOptions,
): void {
  const { end, inodes } = placement;
  if (end <= geometry.blocks && inodes <= geometry.inodes) return;
  const mebibytes = (bytes: number): number => Math.ceil(bytes / 2 ** 20);
  const least = minimumSize(tree, full).bytes;
  const need = mebibytes(least);
  const have = Math.floor(full.sizeBytes / 2 ** 20);
  if (least <= full.sizeBytes)
    throw new ContentError(
      `The ext4 filesystem is full: its ${have} MiB hold its contents, but not where the earlier placement leaves them`,
      { hint: "leave the placement out: everything is then laid out anew" },
    );
  const why =
    end > geometry.blocks
      ? `its contents and metadata reach to ${mebibytes(end * blockSize)} MiB`
      : `it has ${inodes} inodes, and ${full.inodesPerGroup} come with every ${
          (groupBlocks * blockSize) / 2 ** 20
        } MiB`;
  throw new ContentError(
    `The ext4 filesystem is full: it needs ${need} MiB and has ${have} MiB\n${why}`,
    { hint: `give its partition at least ${need} MiB` },
  );
}
