import { copyFile } from "node:fs/promises";
import { join } from "node:path";
import { Kernel } from "../../provider/flow/collect/kernel.ts";
import { ensure, stepKey } from "../../provider/lifecycle/ensure.ts";
import type { Ref } from "../../provider/plan/ref.ts";
import type { Context } from "../../provider/resource.ts";
import { storeRoot } from "../../provider/store/paths.ts";
import { testContext } from "../context.ts";

/** What a kernel from source says of itself. */
export interface TinyKernel {
  readonly ref: Ref;
  readonly version: string;
  readonly sizeBytes: number;
  readonly config: Ref;
  readonly configDigest: string;
  readonly sourceSha256: string;
}

/** A small kernel from source by its preset. */
export function tinyKernel(
  ctx: Context,
  preset: "tiny-serial" | "tiny-virtio" = "tiny-serial",
): Promise<TinyKernel> {
  return keptKernel(ctx, { source: { package: "linux-source-6.1" }, preset });
}

/**
 * A kernel from source, as a result in the store of a test. It is built in this user's own store: once, or once per run where that is not
 * kept. The recipe makes it again wherever it is missing.
 */
export async function keptKernel(ctx: Context, given: object): Promise<TinyKernel> {
  const place = await testContext({ storeRoot: storeRoot() });
  try {
    const own = { ...place, materialise: ctx.materialise };
    const plan = Kernel.plan(Kernel.inputs.parse(given));
    const kernel = (await ensure(Kernel as never, plan, own)) as unknown as TinyKernel;
    for (const { kind, digest } of [kernel.ref, kernel.config])
      await ctx.store.stage(async (stage) => {
        const file = join(stage, "file");
        await copyFile(own.store.path(kind, digest), file);
        await ctx.store.commit({ kind, digest, file });
      });
    const key = await stepKey(Kernel as never, plan, own);
    await ctx.store.putResult(key, (await own.store.result(key)) ?? {});
    return kernel;
  } finally {
    await place.dispose();
  }
}
