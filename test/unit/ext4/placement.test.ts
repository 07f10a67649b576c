import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { groupBlocks } from "../../../provider/ext4/format.ts";
import { layoutFor, reservedBlocks } from "../../../provider/ext4/geometry/geometry.ts";
import { minimumSize } from "../../../provider/ext4/minimum-size.ts";
import { difference } from "../../../provider/ext4/patch.ts";
import { placementOf } from "../../../provider/ext4/placement/placement-of.ts";
import { type Ext4Plan, planExt4 } from "../../../provider/ext4/plan.ts";
import type { Item, Tree } from "../../../provider/tree/types.ts";
import { edit, edited, layers, mergedTree } from "./generated-trees.ts";
import { anyPlacement, firstPlacement } from "./placements.ts";
import { boundary, directory, file, options, sized, symlink, treeOf } from "./trees.ts";

/** Two layers of files between which something changes. */
function image(middle: readonly Item[], size = 60_000): Tree {
  const many = (folder: string, from: number): Item[] =>
    Array.from({ length: 40 }, (_, i) =>
      file(`${folder}/${i}`, size + 997 * i, { at: from + 4096 * i }),
    );
  const last = [symlink("long", "x".repeat(100)), file("opt/a", 50, { xattrs: [["user.a", "b"]] })];
  return treeOf(
    ...[directory(""), directory("usr"), ...many("usr", 0), boundary],
    ...[...middle, boundary],
    ...[directory("opt"), ...last, ...many("opt", 2 ** 20), boundary],
  );
}

/** Chunks of 64 KiB in which two plans differ. */
function chunks(old: Ext4Plan, next: Ext4Plan): number {
  const { meta, data, zeros } = difference(old, next);
  const blocks = [...meta.map(({ block }) => block), ...zeros];
  for (const { block, count } of data) for (let i = 0; i < count; i++) blocks.push(block + i);
  return new Set(blocks.map((block) => block >> 4)).size;
}

/** Inode number and blocks by path, for what holds the same in two trees. */
function placesOf(plan: Ext4Plan): Map<string, unknown> {
  return new Map(
    placementOf(plan).names.map(({ path, number, extents }) => [path, { number, extents }]),
  );
}

/** Blocks that two inodes have, or an inode and what every filesystem has at its start. */
function blocksTwice(plan: Ext4Plan): number[] {
  const fixed = reservedBlocks(layoutFor(plan.blocks, 8192), 0);
  const inodes = new Map(placementOf(plan).names.map((name) => [name.number, name]));
  const seen = new Set(plan.meta.filter(({ block }) => block < fixed).map(({ block }) => block));
  const twice: number[] = [];
  const take = (block: number): void =>
    void (seen.has(block) ? twice.push(block) : seen.add(block));
  for (const { extents, others } of inodes.values()) {
    for (const { block, count } of extents) for (let i = 0; i < count; i++) take(block + i);
    for (const block of others) take(block);
  }
  return twice;
}

test("a tree with its own placement gives the plan that it gave without one", () => {
  fc.assert(
    fc.property(layers, (made) => {
      const tree = mergedTree(made);
      const plan = planExt4(tree, sized(48));
      const again = planExt4(tree, sized(48), placementOf(plan));
      expect(again.digest).toBe(plan.digest);
      expect(again.freeInodes).toBe(plan.freeInodes);
    }),
    { numRuns: 100 },
  );
});

test("keeping a placement is done once: the plan that kept one keeps its own", () => {
  fc.assert(
    fc.property(layers, fc.array(edit, { maxLength: 3 }), (made, edits) => {
      const tree = mergedTree(edits.reduce(edited, made));
      const kept = planExt4(tree, sized(48), firstPlacement(made));
      expect(planExt4(tree, sized(48), placementOf(kept)).digest).toBe(kept.digest);
    }),
    { numRuns: 100 },
  );
});

test("whatever changes in whatever layer, files that stay the same keep blocks and inode number", () => {
  fc.assert(
    fc.property(layers, fc.array(edit, { minLength: 1, maxLength: 3 }), (made, edits) => {
      const [before, after] = [mergedTree(made), mergedTree(edits.reduce(edited, made))];
      const old = planExt4(before, sized(48));
      const places = placesOf(old);
      const next = placesOf(planExt4(after, sized(48), placementOf(old)));
      const solid = (tree: Tree) =>
        new Map(
          tree.items.flatMap((item) =>
            item.kind === "entry" && item.type === "file" && item.digest
              ? [[item.path, `${item.digest} ${item.segments?.map(([at]) => at)}`]]
              : [],
          ),
        );
      const known = solid(before);
      for (const [path, content] of solid(after))
        if (known.get(path) === content) expect(next.get(path)).toEqual(places.get(path));
    }),
    { numRuns: 60 },
  );
});

test("any placement gives the same tree a plan, the same one each time, in which no block has two owners", () => {
  fc.assert(
    fc.property(layers, anyPlacement, (made, placementFor) => {
      const last = placementFor(made);
      const plan = planExt4(mergedTree(made), sized(48), last);
      expect(planExt4(mergedTree(made), sized(48), last).digest).toBe(plan.digest);
      expect(blocksTwice(plan)).toEqual([]);
    }),
    { numRuns: 100 },
  );
});

describe("a change in a middle layer", () => {
  const old = planExt4(image([directory("srv"), file("srv/a", 9000)]), sized(64));
  const cases: [string, Item[]][] = [
    ["a file of 1 MB more", [directory("srv"), file("srv/a", 9000), file("srv/b", 1_000_000)]],
    ["a file that grows by 1 MB", [directory("srv"), file("srv/a", 1_009_000)]],
    ["a file less", [directory("srv")]],
    ["the layer gone", []],
  ];
  test.each(cases)("%s differs in no more chunks than its own and 12", (_, middle) => {
    const next = image(middle);
    const own = Math.max(0, ...middle.map((item) => ("size" in item ? item.size : 0)));
    const allowed = Math.ceil(own / 65_536) + 12;
    expect(chunks(old, planExt4(next, sized(64), placementOf(old)))).toBeLessThan(allowed);
    if (own > 500_000) expect(chunks(old, planExt4(next, sized(64)))).toBeGreaterThan(allowed);
  });
});

test("a file keeps its blocks under another name, and what replaces it finds others", () => {
  const before = treeOf(file("log", 90_000), file("rest", 5000, { at: 9 }));
  const after = treeOf(
    ...[file("log", 90_000, { at: 50_000 }), file("log.1", 90_000), file("rest", 5000, { at: 9 })],
  );
  const old = planExt4(before, sized(48));
  const next = planExt4(after, sized(48), placementOf(old));
  expect(next.blocksOf("log.1")).toEqual(old.blocksOf("log"));
  expect(next.blocksOf("rest")).toEqual(old.blocksOf("rest"));
  expect(next.blocksOf("log")).not.toEqual(old.blocksOf("log"));
});

test("nothing is put where a group has its backup super block, a bitmap or an inode table, whatever a placement says", () => {
  const tree = treeOf(file("f", 20 * 4096));
  const size = sized(300);
  const layout = layoutFor(size.sizeBytes / 4096, 8192);
  for (const block of [0, 1, 100, 8000, groupBlocks - 10, groupBlocks + 60]) {
    const extents = [{ logical: 0, block, count: 20 }];
    const names = [{ path: "f", number: 12, digest: "", extents, others: [] }];
    const runs = planExt4(tree, size, { names }).blocksOf("f");
    const blocks = runs.flatMap(([first, count]) =>
      Array.from({ length: count }, (_, i) => first + i),
    );
    expect(new Set(blocks).size).toBe(20);
    for (const at of blocks)
      expect(at % groupBlocks).toBeGreaterThanOrEqual(
        reservedBlocks(layout, Math.floor(at / groupBlocks)),
      );
    const kept = blocks.filter((at) => at >= block && at < block + 20);
    if (block >= groupBlocks - 10) expect(kept.length).toBeGreaterThan(9);
  }
});

describe("a filesystem with no free blocks but the holes between its files", () => {
  const blocks = 10;
  const odd = Array.from({ length: 200 }, (_, i) => file(`f${i}`, blocks * 4096, { at: i * 4096 }));
  const full = { ...sized(1), sizeBytes: minimumSize(treeOf(...odd), options).bytes };
  const old = planExt4(treeOf(...odd), full);
  const half = odd.filter((_, i) => i % 2 === 0);
  const withBig = (count: number) =>
    planExt4(treeOf(...half, file("big", count * 4096, { at: 77 })), full, placementOf(old));

  test("takes a file that fits into no single hole", () => {
    const next = withBig(900);
    expect(next.blocksOf("big")).toHaveLength(90);
    for (const { path } of half) expect(next.blocksOf(path)).toEqual(old.blocksOf(path));
  });

  test("is refused where only the list of its many pieces does not fit, with the way out", () => {
    const tree = treeOf(...half, file("big", 1000 * 4096, { at: 77 }));
    expect(planExt4(tree, full).blocksOf("big")).toHaveLength(1);
    expect(() => withBig(1000)).toThrow(
      /is full: its \d+ MiB hold its contents, but not where the earlier placement leaves them\n\(leave the placement out/,
    );
  });

  test("is as full as without a placement where the contents are too large", () => {
    expect(() => withBig(1300)).toThrow(/is full: it needs \d+ MiB and has \d+ MiB/);
  });
});
