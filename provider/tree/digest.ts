import { createHash } from "node:crypto";
import { joined } from "./lines.ts";
import type { Item, Tree } from "./types.ts";

/**
 * Digest of what a tree holds and in which order: `sha256:…`. Where a content lies does not count, only its digest
 * and which positions of it are holes.
 */
export function treeDigest(tree: Tree): string {
  const hash = createHash("sha256").update("tree 1\n");
  for (const lines of joined(itemLines(tree))) hash.update(lines);
  return `sha256:${hash.digest("hex")}`;
}

function* itemLines({ items }: Tree): Generator<string> {
  for (const item of items) yield `${JSON.stringify(identity(item))}\n`;
}

function identity(item: Item): unknown {
  if (item.kind === "boundary") return [item.kind];
  if (item.kind === "ghost") return [item.kind, item.path, item.type, item.size, item.data ?? null];
  return [
    item.kind,
    item.path,
    item.type,
    item.mode,
    item.uid,
    item.gid,
    item.mtime,
    item.mtimeNs,
    item.size,
    item.target ?? null,
    item.major ?? null,
    item.minor ?? null,
    item.xattrs ?? null,
    item.digest ?? null,
    item.segments?.map(([at, , length]) => [at, length]) ?? null,
  ];
}
