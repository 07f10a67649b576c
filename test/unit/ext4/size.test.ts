import fc from "fast-check";
import { expect, test } from "vitest";
import { minimumSize } from "../../../provider/ext4/minimum-size.ts";
import { planExt4 } from "../../../provider/ext4/plan.ts";
import type { Tree } from "../../../provider/tree/types.ts";
import { layers, mergedTree } from "./generated-trees.ts";
import { directory, entry, file, options, sized, treeOf } from "./trees.ts";

/** A tree of so many empty files. */
function files(count: number): Tree {
  return treeOf(directory(""), ...Array.from({ length: count }, (_, i) => file(`f${i}`, 0)));
}

function expectExact(tree: Tree, more = {}): void {
  const { bytes } = minimumSize(tree, { ...options, ...more });
  expect(bytes % 4096).toBe(0);
  const plan = planExt4(tree, { ...options, ...more, sizeBytes: bytes });
  expect(plan.blocks).toBe(bytes / 4096);
  const smaller = (): unknown => planExt4(tree, { ...options, ...more, sizeBytes: bytes - 4096 });
  expect(smaller).toThrow("filesystem is full");
}

test("the least size is exact, whatever the tree", () => {
  fc.assert(
    fc.property(layers, (image) => expectExact(mergedTree(image))),
    { numRuns: 60 },
  );
});

test("the least size is exact where inodes decide it", () => {
  expectExact(files(9000));
  expectExact(files(3000), { inodesPerGroup: 128 });
  expectExact(files(1000), { inodesPerGroup: 256 });
});

test("the least size is exact around the end of a group", () => {
  // A file of so many blocks ends right before, at and behind the first backup of the super block.
  for (let blocks = 23_360; blocks < 23_440; blocks += 7) {
    const segments = [[0, 0, blocks * 4096] as const];
    const big = entry("big", "file", { size: blocks * 4096, segments, digest: "x", source: 0 });
    expectExact(treeOf(big));
  }
});

test("a full filesystem says what it needs and has", () => {
  const big = entry("big", "file", {
    size: 2 ** 30,
    segments: [[0, 0, 2 ** 30]],
    digest: "x",
    source: 0,
  });
  expect(() => planExt4(treeOf(big), sized(512))).toThrow(
    [
      "The ext4 filesystem is full: it needs 1062 MiB and has 512 MiB",
      "its contents and metadata reach to 1062 MiB",
      "(give its partition at least 1062 MiB)",
    ].join("\n"),
  );
  expect(() => planExt4(files(9000), sized(64))).toThrow(
    "it has 9011 inodes, and 8192 come with every 128 MiB",
  );
});

test("a 100 GiB hole takes no room", () => {
  const hole = entry("hole", "file", { size: 100 * 2 ** 30 });
  expect(minimumSize(treeOf(hole), options).bytes).toBeLessThan(60 * 2 ** 20);
});
