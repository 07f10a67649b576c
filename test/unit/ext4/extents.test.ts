import { expect, test } from "vitest";
import {
  appendRun,
  type Extent,
  encodeExtents,
  treeLevels,
} from "../../../provider/ext4/inodes/extents.ts";

function appended(...runs: [logical: number, block: number, count: number][]): Extent[] {
  const extents: Extent[] = [];
  for (const [logical, block, count] of runs) appendRun(extents, logical, { block, count });
  return extents;
}

test("neighbours become one extent, up to 32768 blocks", () => {
  expect(appended([0, 100, 3], [3, 103, 5])).toEqual([{ logical: 0, block: 100, count: 8 }]);
  expect(appended([0, 100, 32_767], [32_767, 32_867, 1])).toHaveLength(1);
  expect(appended([0, 100, 32_767], [32_767, 32_867, 2])).toHaveLength(2);
});

test("a hole or a jump begins another extent", () => {
  expect(appended([0, 100, 3], [4, 103, 5])).toHaveLength(2);
  expect(appended([0, 100, 3], [3, 104, 5])).toHaveLength(2);
});

test.each([
  [0, []],
  [4, []],
  [5, [1]],
  [340, [1]],
  [341, [2]],
  [4 * 340, [4]],
  [4 * 340 + 1, [5, 1]],
  [4 * 340 * 340, [4 * 340, 4]],
  [4 * 340 * 340 + 1, [4 * 340 + 1, 5, 1]],
])("%i extents need blocks %j", (extents, levels) => {
  expect(treeLevels(extents)).toEqual(levels);
});

/** Follows a tree from i_block to its leaves. */
function read(node: Buffer, blocks: ReadonlyMap<number, Buffer>): Extent[] {
  expect(node.readUInt16LE(0)).toBe(0xf30a);
  return Array.from({ length: node.readUInt16LE(2) }, (_, i): Extent[] => {
    const at = 12 * (i + 1);
    if (node.readUInt16LE(6) > 0) {
      const below = read(blocks.get(node.readUInt32LE(at + 4))!, blocks);
      expect(below[0]!.logical).toBe(node.readUInt32LE(at));
      return below;
    }
    const [logical, count, block] = [
      node.readUInt32LE(at),
      node.readUInt16LE(at + 4),
      node.readUInt32LE(at + 8),
    ];
    return [{ logical, block, count }];
  }).flat();
}

test.each([1, 4, 5, 341, 1360, 1361, 5000])("a tree of %i extents reads back", (count) => {
  const extents = Array.from({ length: count }, (_, i) => ({
    logical: 2 * i,
    block: 10 + 3 * i,
    count: 1,
  }));
  let next = 1_000_000;
  const levels = treeLevels(count).map((blocks) => Array.from({ length: blocks }, () => next++));
  const blocks = new Map<number, Buffer>();
  const root = encodeExtents(extents, levels, 0, (block, bytes) => void blocks.set(block, bytes));
  expect(root).toHaveLength(60);
  expect(root.readUInt16LE(6)).toBe(levels.length);
  expect(blocks.size).toBe(levels.flat().length);
  expect(read(root, blocks)).toEqual(extents);
});
