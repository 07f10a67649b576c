import { expect, test } from "vitest";
import {
  geometryOf,
  groupMetadata,
  hasSuperBlock,
  layoutFor,
  leastBlocks,
  reservedBlocks,
} from "../../../provider/ext4/geometry/geometry.ts";

const layout = layoutFor(262_144, 8192);

test("super blocks are in group 0, 1 and the powers of 3, 5 and 7", () => {
  const groups = Array.from({ length: 400 }, (_, group) => group);
  expect(groups.filter(hasSuperBlock)).toEqual([0, 1, 3, 5, 7, 9, 25, 27, 49, 81, 125, 243, 343]);
});

test("bitmaps and inode tables of a flex group lie at its start, as if all its groups were there", () => {
  expect(groupMetadata(layout, 0)).toEqual({ blockBitmap: 65, inodeBitmap: 81, inodeTable: 97 });
  expect(groupMetadata(layout, 1)).toEqual({ blockBitmap: 66, inodeBitmap: 82, inodeTable: 609 });
  expect(groupMetadata(layout, 16).blockBitmap).toBe(16 * 32768);
});

test("only the start of some groups is reserved", () => {
  expect([0, 1, 2, 3, 16, 17].map((group) => reservedBlocks(layout, group))).toEqual([
    65 + 16 * 514,
    65,
    0,
    65,
    16 * 514,
    0,
  ]);
});

test.each([
  // blocks asked, blocks used, groups, blocks of descriptors
  [32_768, 32_768, 1, 1],
  [32_769, 32_768, 1, 1],
  [32_768 + 129, 32_768 + 129, 2, 1],
  [65_536 + 64, 65_536 + 64, 3, 1],
  [16 * 32_768 + 607, 16 * 32_768, 16, 1],
  [16 * 32_768 + 608, 16 * 32_768 + 608, 17, 1],
  [129 * 32_768, 129 * 32_768, 129, 2],
])("%i blocks make a filesystem of %i in %i groups", (asked, blocks, groups, descriptorBlocks) => {
  expect(geometryOf(layoutFor(asked, 8192), asked)).toMatchObject({
    blocks,
    groups,
    descriptorBlocks,
    spareBlocks: 64 - descriptorBlocks,
    inodes: groups * 8192,
  });
});

test("the layout is the same for all sizes up to 1008 GiB", () => {
  const gibibytes = 2 ** 30 / 4096;
  expect(layoutFor(1008 * gibibytes, 8192)).toEqual(layout);
  expect(layoutFor(1008 * gibibytes + 1, 8192).descriptorRoom).toBe(1024);
});

test("the least size for a block and a number of inodes is exact", () => {
  for (const end of [9000, 32_768, 32_769, 32_900, 98_304, 98_400, 524_300, 524_896, 600_000]) {
    for (const inodes of [11, 8192, 8193, 40_000, 140_000]) {
      const least = leastBlocks(layout, end, inodes);
      const suffices = (blocks: number): boolean => {
        const geometry = geometryOf(layout, blocks);
        return geometry.blocks >= end && geometry.inodes >= inodes;
      };
      expect([suffices(least), suffices(least - 1)], `${end} ${inodes}`).toEqual([true, false]);
    }
  }
});
