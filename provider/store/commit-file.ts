import { stat } from "node:fs/promises";
import type { Ref } from "../plan/ref.ts";
import type { Store } from "./store.ts";
import { sha256File } from "./verify.ts";

/** Moves a finished file into the store under the digest of its bytes. */
export async function commitFile(
  file: string,
  { store, signal }: { readonly store: Store; readonly signal: AbortSignal },
): Promise<{ ref: Ref & { kind: "file" }; sizeBytes: number }> {
  const { size: sizeBytes } = await stat(file);
  const digest = await sha256File(file, signal);
  await store.commit({ kind: "file", digest, file });
  return { ref: { kind: "file", digest, recipe: "" }, sizeBytes };
}
