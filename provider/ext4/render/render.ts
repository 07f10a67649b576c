import { filesystemSeed } from "../checksums/checksums.ts";
import { blockSize, groupBlocks, inodeNumber } from "../format.ts";
import { type Bitmap, blockBitmaps, inodeBitmaps } from "../geometry/bitmaps.ts";
import { type Geometry, groupMetadata, hasSuperBlock } from "../geometry/geometry.ts";
import { encodeDescriptors } from "../geometry/group-descriptors.ts";
import { encodeSuperBlock } from "../geometry/super-block.ts";
import { renderJournal, renderResizeInode } from "../geometry/system-files.ts";
import { type FullOptions, uuidBytes } from "../options.ts";
import type { Placement } from "../replay/place.ts";
import { type MetaBlock, MetaBlocks } from "./meta-blocks.ts";
import { renderNode } from "./render-node.ts";

/** All metadata of a filesystem and its counters. */
export interface Rendered {
  readonly meta: readonly MetaBlock[];
  readonly freeBlocks: number;
  readonly freeInodes: number;
}

/** Turns a placement and a size into the bytes of every metadata block. */
export function render(placement: Placement, geometry: Geometry, options: FullOptions): Rendered {
  const meta = new MetaBlocks(geometry);
  const seed = filesystemSeed(uuidBytes(options.uuid));
  for (const node of placement.nodes) renderNode(meta, node, seed, options.epochSeconds);
  renderResizeInode(meta, placement, geometry, options, seed);
  const journalBlock = renderJournal(meta, placement, options, seed);

  const blocks = blockBitmaps(geometry, placement.runs);
  const inodes = inodeBitmaps(geometry, usedNumbers(placement));
  blocks.forEach(({ bytes }, g) => void meta.put(groupMetadata(geometry, g).blockBitmap, bytes));
  inodes.forEach(({ bytes }, g) => void meta.put(groupMetadata(geometry, g).inodeBitmap, bytes));
  const directories = directoriesByGroup(placement, geometry);
  const fields = { freeBlocks: sumFree(blocks), freeInodes: sumFree(inodes), journalBlock };

  const table = encodeDescriptors(geometry, seed, { blocks, inodes, directories });
  const backupTable = encodeDescriptors(geometry, seed);
  for (let group = 0; group < geometry.groups; group++) {
    if (!hasSuperBlock(group)) continue;
    const head = Buffer.alloc(blockSize);
    // The first 1024 bytes of a partition belong to a boot sector.
    encodeSuperBlock(geometry, options, fields, group).copy(head, group === 0 ? 1024 : 0);
    meta.put(group * groupBlocks, head);
    putTable(meta, group * groupBlocks + 1, group === 0 ? table : backupTable);
  }
  return { meta: meta.sorted(), freeBlocks: fields.freeBlocks, freeInodes: fields.freeInodes };
}

function putTable(meta: MetaBlocks, first: number, table: Buffer): void {
  for (let at = 0; at < table.length; at += blockSize) {
    meta.put(first + at / blockSize, table.subarray(at, at + blockSize));
  }
}

/** The reserved inodes, 1 to 11, and those of the tree. */
function* usedNumbers({ nodes }: Placement): Generator<number> {
  for (let reserved = 1; reserved <= inodeNumber.lostAndFound; reserved++) yield reserved;
  for (const { number } of nodes) if (number > inodeNumber.lostAndFound) yield number;
}

function directoriesByGroup({ nodes }: Placement, geometry: Geometry): number[] {
  const counts = new Array<number>(geometry.groups).fill(0);
  for (const { names, number } of nodes) {
    if (names) counts[Math.floor((number - 1) / geometry.inodesPerGroup)]! += 1;
  }
  return counts;
}

function sumFree(bitmaps: readonly Bitmap[]): number {
  return bitmaps.reduce((sum, { free }) => sum + free, 0);
}
