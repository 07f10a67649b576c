import fc from "fast-check";
import { expect, test } from "vitest";
import { groupBlocks } from "../../../provider/ext4/format.ts";
import {
  geometryOf,
  groupMetadata,
  layoutFor,
  reservedBlocks,
} from "../../../provider/ext4/geometry/geometry.ts";
import { difference } from "../../../provider/ext4/patch.ts";
import { type Ext4Plan, planExt4, withBoot } from "../../../provider/ext4/plan.ts";
import type { Item } from "../../../provider/tree/types.ts";
import { layers, mergedTree } from "./generated-trees.ts";
import { boundary, directory, file, ghost, options, sized, treeOf } from "./trees.ts";

const items: Item[] = [
  directory(""),
  directory("etc"),
  file("etc/passwd", 1200),
  file("big", 300_000, { xattrs: [["user.a", "x".repeat(500)]] }),
  boundary,
  directory("var"),
  file("var/log", 9000, { at: 77 }),
  boundary,
];
const [gibibyte, block] = [1024, 4096];

/** Numbers of the blocks that are not the same in two plans. */
function changed(old: Ext4Plan, next: Ext4Plan): number[] {
  const { meta, data, zeros } = difference(old, next);
  return [...meta, ...data].map((piece) => piece.block).concat(zeros);
}

test("the same tree and options give the same plan", () => {
  fc.assert(
    fc.property(layers, (image) => {
      const plan = planExt4(mergedTree(image), sized(48));
      const again = planExt4(mergedTree(image), sized(48));
      expect(again.digest).toBe(plan.digest);
      expect(again.meta).toEqual(plan.meta);
    }),
    { numRuns: 20 },
  );
});

test("a larger filesystem differs in nothing but its account of blocks", () => {
  for (const [from, to] of [
    [1, 2],
    [2, 4],
    [1, 100],
  ] as const) {
    const old = planExt4(treeOf(...items), sized(from * gibibyte));
    const next = planExt4(treeOf(...items), sized(to * gibibyte));
    expect([...next.data]).toEqual([...old.data]);
    const geometry = geometryOf(layoutFor(old.blocks, 8192), old.blocks);
    const { inodeTable } = groupMetadata(geometry, 0);
    const inOldGroups = changed(old, next).filter((number) => number < old.blocks);
    const others = inOldGroups.filter((number) => {
      const inGroup = number % groupBlocks;
      const head = inGroup < 65;
      const bitmap = inGroup < inodeTable && Math.floor(number / groupBlocks) % 16 === 0;
      // The resize inode, number 7 of the first table block, lists spare descriptors and counts their copies.
      const resize = number === inodeTable || number === reservedBlocks(geometry, 0);
      return !head && !bitmap && !resize;
    });
    expect(others).toEqual([]);
    const chunks = new Set(inOldGroups.map((number) => Math.floor(number / 16)));
    expect(chunks.size).toBeLessThan(16);
  }
});

test("what a layer adds moves nothing of the layers below", () => {
  const old = planExt4(treeOf(...items), sized(64));
  const next = planExt4(
    treeOf(...items, directory("opt"), file("opt/a", 9000), file("etc/new", 5), boundary),
    sized(64),
  );
  expect([...next.data].slice(0, old.data.length)).toEqual([...old.data]);
  // Super block, descriptors, both bitmaps, old and new inodes, two directories; the layer's own: one and two files.
  expect(changed(old, next)).toHaveLength(4 + 2 + 2 + 1 + 2);
});

test("a small file more in a lower layer moves nothing of the layers above", () => {
  const [below, above] = [items.slice(0, 4), items.slice(4)];
  const old = planExt4(treeOf(...items), sized(64));
  const next = planExt4(treeOf(...below, file("small", 100), ...above), sized(64));
  expect(
    [...next.data].filter((extent) => ![...old.data].some(({ block }) => block === extent.block)),
  ).toEqual([expect.objectContaining({ bytes: 100 })]);
  // Super block, descriptors, both bitmaps, inode, directory; contents.
  expect(changed(old, next)).toHaveLength(6 + 1);
});

test("contents of a layer begin at a multiple of 64 KiB", () => {
  const { data } = planExt4(treeOf(...items), sized(64));
  expect([...data].at(-1)!.block % 16).toBe(1);
});

test("a file that a layer deletes leaves its room, its inode and its name behind", () => {
  const dead = items.map((item) =>
    item.kind === "entry" && item.path === "big" ? ghost("big", "file", 300_000) : item,
  );
  const old = planExt4(treeOf(...items), sized(64));
  const next = planExt4(treeOf(...dead), sized(64));
  const log = [...old.data].at(-1)!;
  // Only the attribute block of a deleted file is not remembered.
  expect([...next.data].at(-1)).toEqual(log);
  expect(next.freeBlocks).toBe(old.freeBlocks + Math.ceil(300_000 / block) + 1);
  expect(next.freeInodes).toBe(old.freeInodes + 1);
});

test("a file that comes back takes its old inode and name", () => {
  const back = [...items.slice(0, 3), ghost("big", "file", 300_000), ...items.slice(4)];
  const plan = planExt4(treeOf(...back, file("big", 100, { at: 5 }), boundary), sized(64));
  const old = planExt4(treeOf(...items), sized(64));
  const root = old.blocksOf("")[0]![0];
  const bytes = (p: Ext4Plan): unknown => p.meta.find((m) => m.block === root)!.bytes;
  expect(bytes(plan)).toEqual(bytes(old));
});

test("the first files lie before all others, wherever the tree has them", () => {
  const loader = file("boot/ldlinux.sys", 70_000);
  const boot = [directory("boot"), loader, boundary];
  const first = ["boot/ldlinux.sys"];
  const early = planExt4(treeOf(...boot, ...items), sized(64, { first }));
  const late = planExt4(treeOf(...items, ...boot), sized(64, { first }));
  expect(late.blocksOf("boot/ldlinux.sys")).toEqual(early.blocksOf("boot/ldlinux.sys"));
  expect(late.data.at(0)).toMatchObject({ digest: loader.digest, at: 0 });
  expect(late.blocksOf("boot/ldlinux.sys")[0]![1]).toBe(18);
});

test("blocks are found by path, and none for what is not there", () => {
  const plan = planExt4(treeOf(...items), options.label === "root" ? sized(64) : sized(65));
  const log = [...plan.data].at(-1)!;
  expect(plan.blocksOf("var/log")).toEqual([[log.block, log.count]]);
  expect(plan.blocksOf("var/none")).toEqual([]);
  expect(plan.blocksOf("none/log")).toEqual([]);
});

test("the digest follows contents and size, but not where contents are read from", () => {
  const digestOf = (...list: Item[]): string => planExt4(treeOf(...list), sized(64)).digest;
  const moved = file("f", 100, { at: 0 });
  const elsewhere = { ...moved, segments: [[0, 5000, 100] as const] };
  expect(digestOf(elsewhere)).toBe(digestOf(moved));
  expect(digestOf(file("f", 100, { at: 1 }))).not.toBe(digestOf(moved));
  expect(planExt4(treeOf(moved), sized(128)).digest).not.toBe(digestOf(moved));
});

test("a boot sector changes the first 1024 bytes and the digest, nothing else", () => {
  const plan = planExt4(treeOf(...items), sized(64));
  const boot = withBoot(plan, Buffer.alloc(1024, 7));
  expect(changed(plan, boot)).toEqual([0]);
  expect(boot.meta[0]!.bytes.subarray(0, 1024).every((byte) => byte === 7)).toBe(true);
  expect(boot.meta[0]!.bytes.subarray(1024)).toEqual(plan.meta[0]!.bytes.subarray(1024));
  expect(boot.digest).not.toBe(plan.digest);
});

test("a hole that becomes stored zeros is written, although the content is the same", () => {
  const planOf = (stored: number): Ext4Plan =>
    planExt4(treeOf(file("f", 8192, { segments: [[0, 0, stored]], digest: "same" })), sized(64));
  const { data } = difference(planOf(4096), planOf(8192));
  expect([...data].map(({ count }) => count)).toEqual([2]);
});
