import { inodeNumber } from "../format.ts";
import type { Ext4Plan } from "../plan.ts";
import { MetaReader } from "../render/lookup.ts";
import { type LastInode, type LastPlacement, shortDigest } from "./last-placement.ts";

/** Where everything lies in a plan, read from its metadata as a guest would read it; every name of a hard link has a line. */
export function placementOf({ meta, data }: Ext4Plan): LastPlacement {
  const reader = new MetaReader(meta);
  const keys = new Map(data.map(({ block, key }) => [block, key]));
  const names: LastInode[] = [];
  const add = (path: string, number: number): void => {
    const { extents, others } = reader.blocksOf(number);
    // A key is the digest of the whole content, "+", and the position in it.
    const key = extents[0] && keys.get(extents[0].block);
    const digest = key === undefined ? "" : shortDigest(key.slice(0, key.lastIndexOf("+")));
    names.push({ path, number, digest, extents, others });
    if (!reader.isDirectory(number)) return;
    for (const { name, inode } of reader.names(number))
      if (name !== "." && name !== "..") add(path === "" ? name : `${path}/${name}`, inode);
  };
  add("", inodeNumber.root);
  return { names };
}
