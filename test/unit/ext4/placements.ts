import fc from "fast-check";
import type { LastInode, LastPlacement } from "../../../provider/ext4/placement/last-placement.ts";
import { placementOf } from "../../../provider/ext4/placement/placement-of.ts";
import { planExt4 } from "../../../provider/ext4/plan.ts";
import { type Layers, layers, mergedTree } from "./generated-trees.ts";
import { sized } from "./trees.ts";

/** Numbers as a liar would write them: reserved ones, the same ones again, far too high ones. */
const number = fc.oneof(
  fc.nat(40),
  fc.nat(20_000),
  fc.constantFrom(0, 2, 7, 8, 11, 12, 4095, 8192, 8193, 32_767, 32_768, 2 ** 31, 2 ** 32 - 1),
);
const extents = fc
  .array(fc.tuple(fc.nat(40), number, fc.oneof(fc.integer({ min: 1, max: 50 }), number)), {
    maxLength: 6,
  })
  .map((list) => {
    let end = 0;
    return list.map(([gap, block, count]) => {
      const logical = end + gap;
      end = logical + Math.max(1, count);
      return { logical, block, count: Math.max(1, count) };
    });
  });
const anyInode = fc.record({
  path: fc.constantFrom(
    "",
    "a",
    "b",
    "etc",
    "lib",
    "a/b",
    "etc/lib",
    "lost+found",
    "/",
    "..",
    "\0",
  ),
  number,
  digest: fc.constantFrom("", "0123456789abcdef", "x".repeat(100)),
  extents,
  others: fc.array(number, { maxLength: 4 }),
});
const lies: fc.Arbitrary<LastPlacement> = fc
  .array(anyInode, { maxLength: 30 })
  .map((names) => ({ names }));

/** The placement of an image as it is planned without one. */
export function firstPlacement(image: Layers): LastPlacement {
  return placementOf(planExt4(mergedTree(image), sized(48)));
}

const foreign = layers.map(firstPlacement);

/** An honest placement in which some numbers are wrong. */
const damaged = fc
  .tuple(foreign, fc.array(fc.tuple(fc.nat(), fc.nat(3), number), { maxLength: 12 }))
  .map(([{ names }, wrong]): LastPlacement => {
    const list: LastInode[] = [...names];
    for (const [nth, what, value] of wrong) {
      const inode = list[nth % list.length]!;
      const [first, ...rest] = inode.extents;
      const changes = [
        { number: value },
        { others: [value, value] },
        first ? { extents: [{ ...first, block: value }, ...rest] } : {},
        { path: list[value % list.length]!.path },
      ];
      list[nth % list.length] = { ...inode, ...changes[what] };
    }
    return { names: list };
  });

/** Placements of other filesystems, damaged ones, and pure inventions. */
export const anyPlacement: fc.Arbitrary<LastPlacement> = fc.oneof(lies, foreign, damaged);
