import { join } from "node:path";
import * as z from "zod";
import { type Ref, refSchema } from "../../plan/ref.ts";
import { defineResource } from "../../resource.ts";
import { trees } from "../../tree/object.ts";
import { extractFile } from "../../tree/read-file.ts";

/** The bytes of one file of a tree; a step of recipes (a kernel in a tree), no resource of its own. */
export const TreeFile = defineResource({
  name: "TreeFile",
  description: "The bytes of one file of a tree.",
  version: 1,
  inputs: z.strictObject({ tree: refSchema, path: z.string() }),
  outputs: z.object({ ref: refSchema }),
  plan: (inputs) => inputs,
  make: async (plan: { tree: Ref; path: string }, ctx) => {
    const tree = await trees.open(await ctx.materialise(plan.tree));
    return ctx.store.stage(async (folder) => {
      const file = join(folder, "file");
      const sourcePath = (source: string) => ctx.store.path("layer", source);
      const digest = await extractFile(tree, plan.path, file, sourcePath);
      await ctx.store.commit({ kind: "file", digest, file });
      return { ref: { kind: "file" as const, digest, recipe: "" } };
    });
  },
});
