import { join } from "node:path";
import { savePlan } from "../../ext4/object.ts";
import { type FilesystemPlan, planFilesystem } from "../../image/plan-filesystem.ts";
import type { Context } from "../../resource.ts";
import type { GivenFile } from "../collect/given-file.ts";
import { loadPlacement, storePlacement } from "./placement.ts";

type Ext4Request = FilesystemPlan & { readonly lastPlacement?: Required<GivenFile> };

/** Plans an ext4 filesystem and puts the plan, and where everything lies in it, into the store. */
export async function makeExt4({ lastPlacement, ...request }: Ext4Request, ctx: Context) {
  ctx.log.progress("planning the filesystem");
  const last = lastPlacement && (await loadPlacement(lastPlacement, ctx));
  const filesystem = await planFilesystem(request, ctx, last);
  const needs = filesystem.sources.map((digest) => ({ kind: "layer" as const, digest }));
  await ctx.store.stage(async (folder) => {
    const file = join(folder, "ext4");
    await savePlan(filesystem.plan, file);
    await ctx.store.commit({ kind: "ext4", digest: filesystem.plan.digest, file, needs });
  });
  const { blocks, blockSize, freeBlocks, freeInodes, digest } = filesystem.plan;
  return {
    ref: { kind: "ext4" as const, digest, recipe: "" },
    sizeBytes: blocks * blockSize,
    freeBytes: freeBlocks * blockSize,
    freeInodes,
    placement: await storePlacement(filesystem.plan, ctx),
  };
}
