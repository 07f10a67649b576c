import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import fc from "fast-check";
import { expect, test } from "vitest";
import { StoreError } from "../../../provider/errors.ts";
import { loadPlan, savePlan } from "../../../provider/ext4/object.ts";
import { type Ext4Plan, planExt4 } from "../../../provider/ext4/plan.ts";
import { inFolder } from "./contents.ts";
import { layers, mergedTree } from "./generated-trees.ts";
import { file, sized, treeOf } from "./trees.ts";

/** A plan without its functions and its kind of byte array. */
function comparable({ blocksOf: _, meta, data, ...plan }: Ext4Plan) {
  const blocks = meta.map(({ block, bytes }) => [block, Buffer.from(bytes)]);
  return { ...plan, meta: blocks, data: [...data] };
}

test("a plan is the same after saving and loading", async () => {
  await inFolder((folder) =>
    fc.assert(
      fc.asyncProperty(layers, async (image) => {
        const plan = planExt4(mergedTree(image), sized(48));
        await savePlan(plan, join(folder, "plan"));
        const loaded = await loadPlan(join(folder, "plan"));
        expect(comparable(loaded)).toEqual(comparable(plan));
        expect(loaded.blocksOf("")).toEqual(plan.blocksOf(""));
      }),
      { numRuns: 20 },
    ),
  );
});

test("a damaged plan is not loaded", async () => {
  await inFolder(async (folder) => {
    const path = join(folder, "plan");
    await savePlan(planExt4(treeOf(file("f", 5000)), sized(64)), path);
    const good = await readFile(path);
    const flipped = Buffer.from(good);
    flipped[good.length - 100]! ^= 1;
    for (const bad of [flipped, good.subarray(0, -4096), good.subarray(0, 40), Buffer.alloc(0)]) {
      await writeFile(path, bad);
      await expect(loadPlan(path)).rejects.toThrow(StoreError);
    }
  });
});
