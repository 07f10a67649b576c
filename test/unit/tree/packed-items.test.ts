import fc from "fast-check";
import { expect, test } from "vitest";
import { planExt4 } from "../../../provider/ext4/plan.ts";
import { PackedItems } from "../../../provider/tree/packed-items.ts";
import type { Item } from "../../../provider/tree/types.ts";
import { layers, mergedTree } from "../ext4/generated-trees.ts";
import { boundary, directory, file, ghost, sized } from "../ext4/trees.ts";

const late = { ...file("late", 5, { mtime: -1.5 }), segments: [[0, 2 ** 40, 5]] as const };
const items: Item[] = [
  ...[directory(""), directory("d\xff"), file("d\xff/\0", 1), ghost("gone", "file", 7)],
  ...[file("same", 5000), file("again", 5000), file("empty", 0), boundary],
  ...[file("odd", 9, { digest: "sha256:AB" }), late],
  ...[file("-1", 3, { uid: -1 }), file("x", 3, { xattrs: [["user.a", "\xff"]], mtimeNs: 999 })],
  ...[file("holes", 99_000, { segments: [[4096, 7, 4096]] }), file("other", 8, { source: 70_000 })],
];

test("packed items are the items that they were made of, in any order", () => {
  const packed = new PackedItems(items);
  expect([...packed]).toEqual(items);
  expect(packed).toHaveLength(items.length);
  for (const at of [9, 0, 5, 14, items.length]) expect(packed.at(at)).toEqual(items[at]);
});

test("a tree of packed items gives the same filesystem", () => {
  fc.assert(
    fc.property(layers, (image) => {
      const tree = mergedTree(image);
      const packed = { ...tree, items: new PackedItems(tree.items) };
      expect([...packed.items]).toEqual(tree.items);
      expect(planExt4(packed, sized(48)).digest).toBe(planExt4(tree, sized(48)).digest);
    }),
    { numRuns: 20 },
  );
});
