import { inodeNumber } from "../format.ts";
import type { Ext4Plan } from "../plan.ts";
import { MetaReader } from "../render/lookup.ts";
import { byPath, type LastInode, type LastPlacement, shortDigest } from "./last-placement.ts";

/** Where everything lies in a plan, read from its metadata as a guest would read it; every name of a hard link has a line. */
export function placementOf(plan: Ext4Plan): LastPlacement {
  return { names: [...placedNames(plan)] };
}

/** The same name by name, in the order of their paths: all at once they would take more memory than the plan. */
export function* placedNames({ meta, data }: Ext4Plan): Generator<LastInode> {
  const reader = new MetaReader(meta);
  for (const { path, number } of paths(reader)) {
    const { extents, others } = reader.blocksOf(number);
    const digest = shortDigest((extents[0] && data.startingAt(extents[0].block)?.digest) ?? "");
    yield { path, number, digest, extents, others };
  }
}

type Named = Pick<LastInode, "path" | "number">;

/** All paths in the order of {@link byPath}; without recursion, as folders may be thousands deep. */
function* paths(reader: MetaReader): Generator<Named> {
  yield { path: "", number: inodeNumber.root };
  const waiting = lastFirst("", inodeNumber.root, reader);
  for (let next = waiting.pop(); next; next = waiting.pop()) {
    if (!next.path.endsWith("/")) yield next;
    else for (const named of lastFirst(next.path, next.number, reader)) waiting.push(named);
  }
}

/** The names in a directory; one that is a directory comes again with a slash, because what is in `a` stands behind `a-b`. */
function lastFirst(start: string, directory: number, reader: MetaReader): Named[] {
  const found: Named[] = [];
  for (const { name, inode } of reader.names(directory)) {
    if (name === "." || name === "..") continue;
    found.push({ path: `${start}${name}`, number: inode });
    if (reader.isDirectory(inode)) found.push({ path: `${start}${name}/`, number: inode });
  }
  return found.sort((a, b) => byPath(b, a));
}
