import { open } from "node:fs/promises";
import { join } from "node:path";
import fc from "fast-check";
import { expect, test } from "vitest";
import { patchExt4 } from "../../../provider/ext4/patch.ts";
import { type Ext4Plan, planExt4 } from "../../../provider/ext4/plan.ts";
import { verifyExt4 } from "../../../provider/ext4/verify.ts";
import type { SourcePath, Tree } from "../../../provider/tree/types.ts";
import { inFolder } from "../../unit/ext4/contents.ts";
import { edit, edited, layers, mergedTree } from "../../unit/ext4/generated-trees.ts";
import { boundary, directory, file, ghost, sized, symlink, treeOf } from "../../unit/ext4/trees.ts";
import { checkImage, imageDigest, writeImage } from "./image.ts";

/** Writes `old`, patches it to `next`, and compares with `next` written anew. */
async function comparePatched(
  old: Ext4Plan,
  next: Ext4Plan,
  folder: string,
  sourcePath: SourcePath,
): Promise<number> {
  const patched = join(folder, "patched");
  const scratch = join(folder, "scratch");
  await writeImage(old, patched, sourcePath);
  await writeImage(next, scratch, sourcePath);
  const image = await open(patched, "r+");
  const { writtenBytes } = await patchExt4(old, next, image, 0, sourcePath);
  await verifyExt4(next, image, 0, sourcePath);
  await image.close();
  expect(await imageDigest(patched)).toBe(await imageDigest(scratch));
  return writtenBytes;
}

const lower = [
  directory(""),
  directory("etc"),
  file("etc/passwd", 1200),
  file("etc/long", 9000, { at: 4000 }),
  symlink("etc/link", "passwd"),
  boundary,
];
const middle = [directory("usr"), file("usr/big", 400_000, { at: 70_000 }), boundary];
const upper = [directory("var"), file("var/log", 5000, { at: 300 }), boundary];
const before = treeOf(...lower, ...middle, ...upper);
const dead = [ghost("usr/big", "file", 400_000), boundary];

const changes: [string, Tree][] = [
  ["a file more", treeOf(...lower, ...middle, ...upper, file("new", 50_000, { at: 9 }), boundary)],
  ["a file less", treeOf(...lower, ...middle, directory("var"), boundary)],
  ["a file deleted by a layer", treeOf(...lower, directory("usr"), ...dead, ...upper)],
  [
    "a grown file",
    treeOf(...lower, ...middle, directory("var"), file("var/log", 90_000), boundary),
  ],
  ["a shrunk file", treeOf(...lower, ...middle, directory("var"), file("var/log", 10), boundary)],
  [
    "a file turned into a symlink",
    treeOf(...lower, ...middle, directory("var"), symlink("var/log", "/etc")),
  ],
  [
    "another name",
    treeOf(...lower, ...middle, directory("var"), file("var/logs", 5000, { at: 300 })),
  ],
  [
    "another mode",
    treeOf(...lower, ...middle, directory("var", { mode: 0o1777 }), ...upper.slice(1)),
  ],
  ["a longer middle layer", treeOf(...lower, file("more", 70_000), ...middle, ...upper)],
  ["a middle layer less", treeOf(...lower, ...upper)],
];

test.each(changes)("a patch for %s gives the bytes of a new image", async (_, after) => {
  await inFolder(async (folder, sourcePath) => {
    const [old, next] = [planExt4(before, sized(48)), planExt4(after, sized(48))];
    expect(next.digest).not.toBe(old.digest);
    await comparePatched(old, next, folder, sourcePath);
    await checkImage(join(folder, "patched"));
    await comparePatched(next, old, folder, sourcePath);
  });
});

test("a patch writes little when a layer is added", async () => {
  await inFolder(async (folder, sourcePath) => {
    const after = treeOf(...before.items, file("new", 50_000, { at: 9 }), boundary);
    const [old, next] = [planExt4(before, sized(48)), planExt4(after, sized(48))];
    // Contents, inode, directory, both bitmaps, descriptors and super block.
    const blocks = (await comparePatched(old, next, folder, sourcePath)) / 4096;
    expect(blocks).toBe(Math.ceil(50_000 / 4096) + 6);
  });
});

test("a patch to another size gives the bytes of a new image", async () => {
  await inFolder(async (folder, sourcePath) => {
    const [old, next] = [planExt4(before, sized(48)), planExt4(before, sized(300))];
    await comparePatched(old, next, folder, sourcePath);
    await comparePatched(next, old, folder, sourcePath);
  });
});

test("whatever changes in whatever layer, a patch gives the bytes of a new image", async () => {
  await inFolder((folder, sourcePath) =>
    fc.assert(
      fc.asyncProperty(
        layers,
        fc.array(edit, { minLength: 1, maxLength: 3 }),
        async (image, edits) => {
          const old = planExt4(mergedTree(image), sized(48));
          const next = planExt4(mergedTree(edits.reduce(edited, image)), sized(48));
          await comparePatched(old, next, folder, sourcePath);
        },
      ),
      { numRuns: 40 },
    ),
  );
});
