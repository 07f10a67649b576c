import { swapHeader } from "../plan/swap.ts";
import type { Context } from "../resource.ts";

/** What decides swap space. */
export interface SwapRequest {
  readonly type: "swap";
  readonly partition: { readonly sizeBytes: number; readonly uuid: string; readonly label: string };
}

/** Writes the first page of swap space as a file of the store: the rest of the partition may hold anything. */
export async function makeSwap({ partition }: SwapRequest, ctx: Context) {
  const { sizeBytes, uuid, label } = partition;
  const digest = await ctx.store.putBytes(swapHeader(sizeBytes, uuid, label));
  return { ref: { kind: "file" as const, digest, recipe: "" }, sizeBytes, freeBytes: sizeBytes };
}
