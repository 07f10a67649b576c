import { copyFile } from "node:fs/promises";
import { join } from "node:path";
import { Kernel } from "../../provider/flow/collect/kernel.ts";
import { ensure } from "../../provider/lifecycle/ensure.ts";
import type { Ref } from "../../provider/plan/ref.ts";
import type { Context } from "../../provider/resource.ts";
import { openStore, storeRoot } from "../../provider/store/local-store.ts";

/** What a kernel from source says of itself. */
export interface TinyKernel {
  readonly ref: Ref;
  readonly version: string;
  readonly sizeBytes: number;
  readonly config: Ref;
  readonly configDigest: string;
  readonly sourceSha256: string;
}

/**
 * A small kernel from source, as an object of the store of a test. It is built in this user's own store: once, or once per run where that
 * is not kept. The recipe makes it again wherever it is missing.
 */
export async function tinyKernel(
  ctx: Context,
  preset: "tiny-serial" | "tiny-virtio" = "tiny-serial",
): Promise<TinyKernel> {
  const store = await openStore(storeRoot());
  const plan = Kernel.plan(
    Kernel.inputs.parse({ source: { package: "linux-source-6.1" }, preset }),
  );
  const made = await ensure(Kernel as never, plan, { ...ctx, store });
  const kernel = made as unknown as TinyKernel;
  for (const { kind, digest } of [kernel.ref, kernel.config])
    await ctx.store.stage(async (stage) => {
      const file = join(stage, "file");
      await copyFile(store.path(kind, digest), file);
      await ctx.store.commit({ kind, digest, file });
    });
  return kernel;
}
