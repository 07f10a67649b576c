import { open } from "node:fs/promises";
import { join } from "node:path";
import fc from "fast-check";
import { expect, test } from "vitest";
import { patchExt4 } from "../../../provider/ext4/patch.ts";
import { placementOf } from "../../../provider/ext4/placement/placement-of.ts";
import { type Ext4Plan, planExt4 } from "../../../provider/ext4/plan.ts";
import { inFolder } from "../../unit/ext4/contents.ts";
import { disorder, edit, edited, layers, mergedTree } from "../../unit/ext4/generated-trees.ts";
import { anyPlacement, firstPlacement } from "../../unit/ext4/placements.ts";
import { sized } from "../../unit/ext4/trees.ts";
import { walk } from "./debugfs.ts";
import { expected, found } from "./expected.ts";
import { checkImage, imageDigest, writeImage } from "./image.ts";

test("with any placement, wrong, hostile or of another filesystem, e2fsck finds nothing to repair and debugfs every entry as it was", async () => {
  await inFolder((folder, sourcePath) =>
    fc.assert(
      fc.asyncProperty(layers, anyPlacement, async (image, placementFor) => {
        const last = placementFor(image);
        const tree = mergedTree(image);
        const path = join(folder, "image");
        await writeImage(planExt4(tree, sized(64), last), path, sourcePath);
        await checkImage(path);
        expect(found(walk(path, folder))).toEqual(expected(tree));
      }),
      { numRuns: 30 },
    ),
  );
});

test("the same holds after changes in any layer, with the placement of what was there before", async () => {
  await inFolder((folder, sourcePath) =>
    fc.assert(
      fc.asyncProperty(layers, fc.array(edit, { maxLength: 3 }), async (image, edits) => {
        const tree = mergedTree(edits.reduce(edited, image));
        const path = join(folder, "image");
        await writeImage(planExt4(tree, sized(64), firstPlacement(image)), path, sourcePath);
        await checkImage(path);
        expect(found(walk(path, folder))).toEqual(expected(tree));
      }),
      { numRuns: 30 },
    ),
  );
});

test("a tree in disorder with any placement is refused as without one, or makes a sound filesystem", async () => {
  await inFolder((folder, sourcePath) =>
    fc.assert(
      fc.asyncProperty(disorder, layers, anyPlacement, async (tree, image, placementFor) => {
        const last = placementFor(image);
        const outcome = (plan: () => Ext4Plan) => {
          try {
            return plan();
          } catch (error) {
            return `${error}`;
          }
        };
        const plain = outcome(() => planExt4(tree, sized(64)));
        const kept = outcome(() => planExt4(tree, sized(64), last));
        if (typeof plain === "string" || typeof kept === "string") {
          expect(kept).toBe(plain);
          return;
        }
        const path = join(folder, "image");
        await writeImage(kept, path, sourcePath);
        await checkImage(path);
        expect(found(walk(path, folder))).toEqual(expected(tree));
      }),
      { numRuns: 60 },
    ),
  );
});

test("a patch from version to version, each placed by the one before, gives the bytes of a new image", async () => {
  await inFolder((folder, sourcePath) =>
    fc.assert(
      fc.asyncProperty(
        layers,
        fc.array(edit, { minLength: 2, maxLength: 4 }),
        async (image, edits) => {
          const [patched, scratch] = [join(folder, "patched"), join(folder, "scratch")];
          let old = planExt4(mergedTree(image), sized(48));
          await writeImage(old, patched, sourcePath);
          for (let n = 1; n <= edits.length; n++) {
            const tree = mergedTree(edits.slice(0, n).reduce(edited, image));
            const next = planExt4(tree, sized(48), placementOf(old));
            const file = await open(patched, "r+");
            await patchExt4(old, next, file, 0, sourcePath);
            await file.close();
            await writeImage(next, scratch, sourcePath);
            expect(await imageDigest(patched)).toBe(await imageDigest(scratch));
            old = next;
          }
          await checkImage(patched);
        },
      ),
      { numRuns: 10 },
    ),
  );
});
