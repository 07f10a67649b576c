import { join } from "node:path";
import { plans, savePlan } from "../../ext4/object.ts";
import { type FilesystemPlan, planFilesystem } from "../../image/plan-filesystem.ts";
import type { Context } from "../../resource.ts";
import type { GivenFile } from "../collect/given-file.ts";
import { loadPlacement, storePlacement } from "./placement.ts";

type Ext4Request = FilesystemPlan & { readonly lastPlacement?: Required<GivenFile> };

/** Plans an ext4 filesystem and puts the plan, and where everything lies in it, into the store. */
export async function makeExt4({ lastPlacement, ...request }: Ext4Request, ctx: Context) {
  ctx.log.progress("planning the filesystem");
  const last = lastPlacement && (await loadPlacement(lastPlacement, ctx));
  const { plan, sources } = await planFilesystem(request, ctx, last);
  const { blocks, blockSize, freeBlocks, freeInodes, digest } = plan;
  const needs = sources.map((source) => ({ kind: "layer" as const, digest: source }));
  await ctx.store.stage(async (folder) => {
    const file = join(folder, "ext4");
    await savePlan(plan, file);
    await ctx.store.commit({ kind: "ext4", digest, file, needs });
  });
  plans.keep(ctx.store.path("ext4", digest), plan);
  return {
    ref: { kind: "ext4" as const, digest, recipe: "" },
    sizeBytes: blocks * blockSize,
    freeBytes: freeBlocks * blockSize,
    freeInodes,
    placement: await storePlacement(plan, ctx),
  };
}
