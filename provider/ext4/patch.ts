import type { FileHandle } from "node:fs/promises";
import type { SourcePath } from "../tree/types.ts";
import { blockSize } from "./format.ts";
import type { Ext4Plan } from "./plan.ts";
import { DataExtents, keyOf } from "./replay/data-extents.ts";
import { growTo, type Work, type WriteOptions, writeBlocks } from "./write.ts";

/**
 * Turns the untouched image of `old` into that of `next`, byte for byte what {@link writeExt4} would write, and
 * writes only what differs. A file that ended with the old filesystem ends with the new one.
 */
export async function patchExt4(
  old: Ext4Plan,
  next: Ext4Plan,
  file: FileHandle,
  offsetBytes: number,
  sourcePath: SourcePath,
  options: WriteOptions = {},
): Promise<{ writtenBytes: number }> {
  const { size } = await file.stat();
  const work = difference(old, next, Math.floor((size - offsetBytes) / blockSize));
  const result = await writeBlocks(next.sources, work, file, offsetBytes, sourcePath, options);
  const end = offsetBytes + next.blocks * blockSize;
  if (size === offsetBytes + old.blocks * blockSize) await file.truncate(end);
  else await growTo(file, end);
  return result;
}

/** What has to be written to get from one plan to the other; `limit` is the number of blocks that the file has. */
export function difference(old: Ext4Plan, next: Ext4Plan, limit = old.blocks): Work {
  const oldMeta = new Map(old.meta.map(({ block, bytes }) => [block, bytes]));
  const meta = next.meta.filter(({ block, bytes }) => {
    const before = oldMeta.get(block);
    return !before || Buffer.compare(before, bytes) !== 0;
  });
  const data = new DataExtents();
  for (const extent of next.data) {
    const before = old.data.startingAt(extent.block);
    if (before?.bytes !== extent.bytes || keyOf(before) !== keyOf(extent)) data.push(extent);
  }
  return { meta, data, zeros: gone(old, next, limit) };
}

/** Blocks that held something and no longer do, ascending. */
function gone(old: Ext4Plan, next: Ext4Plan, limit: number): number[] {
  const live = new Set<number>();
  for (const { block } of next.meta) live.add(block);
  for (const { block, count } of next.data) for (let i = 0; i < count; i++) live.add(block + i);
  const blocks: number[] = [];
  const check = (block: number): void => {
    if (block < limit && !live.has(block)) blocks.push(block);
  };
  for (const { block } of old.meta) check(block);
  for (const { block, count } of old.data) for (let i = 0; i < count; i++) check(block + i);
  return blocks.sort((a, b) => a - b);
}
