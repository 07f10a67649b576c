import { expect, test } from "vitest";
import { NameList } from "../../../provider/ext4/directories/directory.ts";
import { encodeIndexed } from "../../../provider/ext4/directories/encode-index.ts";
import { HashIndex } from "../../../provider/ext4/directories/hash-index.ts";
import { difference } from "../../../provider/ext4/patch.ts";
import { planExt4 } from "../../../provider/ext4/plan.ts";
import { boundary, directory, file, ghost, sized, treeOf } from "./trees.ts";

const dots = [
  { inode: 12, type: 2 },
  { inode: 2, type: 2 },
] as const;

/** An index over so many names of 100 bytes, 37 of which fill a leaf. */
function indexOf(count: number, hashOf: (i: number) => number): HashIndex<number> {
  const names = new NameList<number>();
  for (let i = 0; i < count; i++) names.slot(`${i}`.padStart(100, "n")).target = 20 + i;
  const index = new HashIndex<number>((name) => hashOf(Number(name.replace(/^n*/, ""))));
  index.take(names.slots);
  return index;
}

test("a full leaf splits, and its upper half goes to a new block", () => {
  const index = indexOf(38, (i) => 2 * i);
  expect(index.leaves.map(({ from, block, names }) => [from, block, names.length])).toEqual([
    [0, 1, 19],
    [38, 2, 19],
  ]);
});

test("a name belongs to the leaf that begins with its hash", () => {
  const index = indexOf(39, (i) => (i === 38 ? 38 : 2 * i));
  expect(index.leaves.map(({ from, names }) => [from, names.length])).toEqual([
    [0, 19],
    [38, 20],
  ]);
});

test("names of one hash that fill several leaves are marked as going on", () => {
  const index = indexOf(120, () => 1000);
  const [first, ...others] = index.leaves;
  expect(first!.from).toBe(0);
  expect(new Set(others.map(({ from }) => from))).toEqual(new Set([1001]));
  expect(index.leaves.flatMap(({ names }) => names)).toHaveLength(120);
});

test("blocks are only ever added, and every one of them is used", () => {
  let before = 0;
  for (const count of [100, 5000, 20_000, 40_000]) {
    const index = indexOf(count, (i) => (Math.imul(i, 0x9e3779b1) & ~1) >>> 0);
    const blocks = encodeIndexed(index, dots, (inode) => ({ inode, type: 1 }), 0);
    expect(blocks).toHaveLength(index.blocks);
    expect(Object.keys(blocks)).toHaveLength(index.blocks);
    expect(index.blocks).toBeGreaterThan(before);
    before = index.blocks;
  }
});

test("a layer that adds a name to a hash tree changes one leaf of it", () => {
  const names = Array.from({ length: 2000 }, (_, i) => file(`d/${"n".repeat(150)}${i}`, 0));
  const items = [directory("d"), ...names, boundary, file("other", 5000), boundary];
  const old = planExt4(treeOf(...items), sized(64));
  const next = planExt4(treeOf(...items, file("d/new", 0), boundary), sized(64));
  // Super block, descriptors, inode bitmap, inode, leaf.
  expect(difference(old, next).meta.map(({ block }) => block)).toHaveLength(5);
  expect([...next.data]).toEqual([...old.data]);
});

test("a name that goes from a hash tree changes one leaf of it", () => {
  const names = Array.from({ length: 2000 }, (_, i) => file(`d/${"n".repeat(150)}${i}`, 0));
  const dead = names.map((item, i) => (i === 77 ? ghost(item.path, "file") : item));
  const old = planExt4(treeOf(directory("d"), ...names), sized(64));
  const next = planExt4(treeOf(directory("d"), ...dead), sized(64));
  expect(difference(old, next).meta).toHaveLength(5);
});
