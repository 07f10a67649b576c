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

/** What becomes of some names of an honest placement: each takes something of another name, or a number that is wrong. */
const damages = fc.array(fc.tuple(fc.nat(), fc.nat(), fc.nat(5), number), {
  minLength: 1,
  maxLength: 40,
});

function damaged({ names }: LastPlacement, list: readonly number[][]): LastPlacement {
  const wrong: LastInode[] = [...names];
  for (const [nth = 0, from = 0, what = 0, value = 0] of list) {
    const inode = wrong[nth % wrong.length]!;
    const other = wrong[from % wrong.length]!;
    const [first, ...rest] = inode.extents;
    const block = other.extents[0]?.block ?? value;
    const changes = [
      { number: other.number, extents: other.extents },
      { extents: [{ logical: 0, block, count: 100 }] },
      { others: [block, block, ...other.others] },
      first ? { extents: [{ ...first, block: value }, ...rest] } : { number: value },
      { path: other.path },
      { digest: other.digest },
    ];
    wrong[nth % wrong.length] = { ...inode, ...changes[what] };
  }
  return { names: wrong };
}

/** Placements for an image: of another filesystem, its own damaged, and pure inventions. */
export const anyPlacement: fc.Arbitrary<(image: Layers) => LastPlacement> = fc.oneof(
  { weight: 1, arbitrary: fc.oneof(lies, foreign).map((last) => () => last) },
  {
    weight: 2,
    arbitrary: damages.map((list) => (image: Layers) => damaged(firstPlacement(image), list)),
  },
);
