import { join } from "node:path";
import fc from "fast-check";
import { expect, test } from "vitest";
import { ContentError } from "../../../provider/errors.ts";
import { type Ext4Plan, planExt4 } from "../../../provider/ext4/plan.ts";
import { inFolder } from "../../unit/ext4/contents.ts";
import { disorder, layers, mergedTree } from "../../unit/ext4/generated-trees.ts";
import { sized } from "../../unit/ext4/trees.ts";
import { walk } from "./debugfs.ts";
import { expected, found } from "./expected.ts";
import { checkImage, writeImage } from "./image.ts";

test("e2fsck finds nothing to repair, and debugfs reads back every entry as it was", async () => {
  await inFolder((folder, sourcePath) =>
    fc.assert(
      fc.asyncProperty(layers, async (image) => {
        const tree = mergedTree(image);
        const path = join(folder, "image");
        await writeImage(planExt4(tree, sized(64)), path, sourcePath);
        await checkImage(path);
        expect(found(walk(path, folder))).toEqual(expected(tree));
      }),
      { numRuns: 40 },
    ),
  );
});

test("a tree in disorder is refused, or makes a filesystem that is sound and has all of it", async () => {
  let sound = 0;
  await inFolder((folder, sourcePath) =>
    fc.assert(
      fc.asyncProperty(disorder, async (tree) => {
        let plan: Ext4Plan;
        try {
          plan = planExt4(tree, sized(64));
        } catch (error) {
          expect(error).toBeInstanceOf(ContentError);
          return;
        }
        sound++;
        const path = join(folder, "image");
        await writeImage(plan, path, sourcePath);
        await checkImage(path);
        expect(found(walk(path, folder))).toEqual(expected(tree));
      }),
      { numRuns: 150 },
    ),
  );
  expect(sound).toBeGreaterThan(10);
});
