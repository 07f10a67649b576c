import { access } from "node:fs/promises";
import { join } from "node:path";
import { recordLayers } from "../manifest/origin.ts";
import { digestOf } from "../plan/canonical.ts";
import type { Context } from "../resource.ts";
import { cachedIndex } from "../tree/index-file.ts";
import { LayerStack } from "../tree/layer-stack.ts";
import { makeRoom } from "../tree/make-room.ts";
import { applyLayer } from "../tree/merge.ts";
import { scrub } from "../tree/scrub.ts";
import type { RootfsInputs } from "./rootfs-schema.ts";

type Plan = Pick<RootfsInputs, "scrub" | "sourceDateEpoch">;
type Named = { readonly digest: string };

/** Layers that are merged already, the lowest first. */
interface Merged {
  readonly stack: LayerStack;
  readonly digests: string[];
}

function nothingMerged(): Merged {
  return { stack: new LayerStack(), digests: [] };
}

/** The layers merged into one tree, without what scrub leaves out; those that were merged `ahead` are not merged again. */
export async function mergedTree(
  layers: readonly Named[],
  plan: Plan,
  ctx: Context,
  ahead?: LayersAhead,
) {
  const merged = ahead?.take(layers) ?? nothingMerged();
  for (const { digest } of layers.slice(merged.digests.length))
    await mergeNext(merged, digest, plan, ctx);
  return { ...scrub(merged.stack.tree(), plan.scrub), record: recordLayers(merged.stack.names()) };
}

/**
 * Merges what an image will probably begin with while its builder works: all layers but the last of those that it had before. It costs
 * nothing that a wrong guess would break, and no byte depends on it.
 */
export class LayersAhead {
  #merged: Merged | undefined;
  #hasEnded = false;

  /** Begins; ends by itself, or before the next layer once it is asked to. */
  async begin(plan: Plan, ctx: Context): Promise<void> {
    const merged = nothingMerged();
    try {
      for (const digest of (await layersBefore(ctx)).slice(0, -1)) {
        // A layer that nobody has read may be gone from the image, and takes long.
        await access(indexPath(digest, ctx));
        if (this.#hasEnded) break;
        await mergeNext(merged, digest, plan, ctx);
      }
      this.#merged = merged;
    } catch {
      // The merge that counts says what is wrong. A layer that was begun may be there in part.
    }
  }

  end(): void {
    this.#hasEnded = true;
  }

  /** What is merged, if an image begins with it; a second time nothing, as the stack is not held here any more. */
  take(layers: readonly Named[]): Merged | undefined {
    const merged = this.#merged;
    this.#merged = undefined;
    return merged?.digests.every((digest, i) => layers[i]?.digest === digest) ? merged : undefined;
  }
}

/** Notes which layers the image of a Rootfs has, for the next time. */
export async function noteLayers(layers: readonly Named[], ctx: Context): Promise<void> {
  const digests = layers.map(({ digest }) => digest);
  if (`${digests}` === `${await layersBefore(ctx)}`) return;
  await ctx.store.putResult(noteKey(ctx), { layers: digests });
}

async function layersBefore(ctx: Context): Promise<readonly string[]> {
  const { layers } = (await ctx.store.result(noteKey(ctx))) ?? {};
  return Array.isArray(layers) ? layers : [];
}

function noteKey({ owner }: Context): string {
  return digestOf({ layersOf: owner.urn });
}

async function mergeNext(
  { stack, digests }: Merged,
  digest: string,
  { sourceDateEpoch }: Plan,
  ctx: Context,
): Promise<void> {
  const name = digest.slice("sha256:".length, "sha256:".length + 12);
  // One after another, so that the index of each is gone before the next.
  const { index, count } = await cachedIndex(
    ctx.store.path("layer", digest),
    indexPath(digest, ctx),
    {
      signal: ctx.signal,
      progress: (bytes) => ctx.log.progress(`reading layer ${name}: ${Math.round(bytes / 1e6)} MB`),
    },
  );
  makeRoom(count);
  applyLayer(stack, { digest, index }, sourceDateEpoch);
  digests.push(digest);
}

function indexPath(digest: string, { store }: Context): string {
  return join(store.root, "indexes", `${digest.slice("sha256:".length)}.json`);
}
