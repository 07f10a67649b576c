import { expect, test } from "vitest";
import { type DataExtent, DataExtents } from "../../../provider/ext4/replay/data-extents.ts";

const hex = "0123456789abcdef".repeat(4);
const many: DataExtent[] = Array.from({ length: 10_000 }, (_, i) => ({
  ...{ block: ((i * 7919) % 10_000) * 3, count: 1 + (i % 3), bytes: 4096 * (1 + (i % 3)) - i },
  ...{ source: i % 5, offset: 2 ** 41 - i * 512, at: i % 2 ? 0 : 4096 * i },
  digest: i % 4 ? `sha256:${hex.slice(i % 16)}${hex.slice(0, i % 16)}` : "of another kind",
}));

test("extents are what was put in, and come in the order of blocks and of reading", () => {
  const extents = new DataExtents(many);
  expect([...extents]).toEqual(many);
  const byBlock = extents.byBlock();
  expect([...byBlock]).toEqual(many.toSorted((a, b) => a.block - b.block));
  expect(byBlock.byBlock()).toBe(byBlock);
  expect([...extents.inReadingOrder()]).toEqual(
    many.toSorted((a, b) => a.source - b.source || a.offset - b.offset),
  );
});

test("an extent is found by its first block alone", () => {
  const byBlock = new DataExtents(many).byBlock();
  for (const extent of many.slice(0, 100)) {
    expect(byBlock.startingAt(extent.block)).toEqual(extent);
    expect(byBlock.startingAt(extent.block + 1)).toBeUndefined();
  }
  expect(byBlock.startingAt(30_000)).toBeUndefined();
  expect(new DataExtents().startingAt(0)).toBeUndefined();
});
