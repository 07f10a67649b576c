import { inodeNumber } from "../format.ts";
import type { Ext4Plan } from "../plan.ts";
import { MetaReader } from "../render/lookup.ts";
import type { DataExtent } from "../replay/place.ts";
import { byPath, type LastInode, type LastPlacement, shortDigest } from "./last-placement.ts";

/** Where everything lies in a plan, read from its metadata as a guest would read it; every name of a hard link has a line. */
export function placementOf(plan: Ext4Plan): LastPlacement {
  return { names: [...placedNames(plan)] };
}

/** The same name by name, in the order of their paths: all at once they would take more memory than the plan. */
export function* placedNames({ meta, data }: Ext4Plan): Generator<LastInode> {
  const reader = new MetaReader(meta);
  for (const { path, number } of namesOf(reader).sort(byPath)) {
    const { extents, others } = reader.blocksOf(number);
    const digest = shortDigest((extents[0] && digestAt(data, extents[0].block)) ?? "");
    yield { path, number, digest, extents, others };
  }
}

function namesOf(reader: MetaReader): Pick<LastInode, "path" | "number">[] {
  const found: Pick<LastInode, "path" | "number">[] = [];
  const add = (path: string, number: number): void => {
    found.push({ path, number });
    if (!reader.isDirectory(number)) return;
    for (const { name, inode } of reader.names(number))
      if (name !== "." && name !== "..") add(path === "" ? name : `${path}/${name}`, inode);
  };
  add("", inodeNumber.root);
  return found;
}

/** The digest of what the extent that begins at a block is part of, if one does. */
function digestAt(data: readonly DataExtent[], block: number): string | undefined {
  let low = 0;
  for (let high = data.length; low < high; ) {
    const middle = (low + high) >> 1;
    if (data[middle]!.block < block) low = middle + 1;
    else high = middle;
  }
  return data[low]?.block === block ? data[low]!.digest : undefined;
}
