import { createHash } from "node:crypto";
import { StoreError } from "../errors.ts";
import { treeDigest } from "../tree/digest.ts";
import { chunksOf } from "../tree/file-chunks.ts";
import { loadTree } from "../tree/object.ts";
import type { ObjectName } from "./store.ts";

/** `sha256:<hex>` of a file's bytes. */
export async function sha256File(file: string, signal?: AbortSignal): Promise<string> {
  const hash = createHash("sha256");
  for await (const chunk of chunksOf(file, signal)) hash.update(chunk);
  return `sha256:${hash.digest("hex")}`;
}

/** Checks that a file from elsewhere is the object it is offered as; returns what that object needs. */
export async function verifyForeign(
  name: ObjectName,
  file: string,
): Promise<readonly ObjectName[]> {
  if (name.kind === "tree") {
    const tree = await loadTree(file);
    expectDigest(name, treeDigest(tree));
    return tree.sources.map((digest) => ({ kind: "layer", digest }));
  }
  expectDigest(name, await sha256File(file));
  return [];
}

function expectDigest(name: ObjectName, actual: string): void {
  if (actual !== name.digest)
    throw new StoreError(
      `The ${name.kind} ${name.digest} of the cache is damaged: its content is ${actual}`,
      {
        hint: "remove it from the cache",
      },
    );
}
