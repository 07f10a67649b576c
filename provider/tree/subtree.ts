import { ContentError } from "../errors.ts";
import { emit, type Inode, type Name, type Place, placesOf } from "./emission.ts";
import type { Tree } from "./types.ts";

/**
 * The part of a tree below a directory (no leading slash; "" for all of it), which becomes the root. Hard links to
 * what is outside become files of their own.
 */
export function subtree(tree: Tree, path: string): Tree {
  if (path === "") return tree;
  const root = tree.items.find((item) => item.kind === "entry" && item.path === path);
  if (root?.kind !== "entry" || root.type !== "directory") {
    throw new ContentError(`"/${path}" is ${root ? "no directory" : "not there"} in the tree`);
  }
  const inodes = new Map<Inode, Inode>();
  const inside = (full: string) => full === path || full.startsWith(`${path}/`);
  const places = placesOf(tree).flatMap((place): Place[] => {
    if (place.kind === "boundary") return [place];
    if (!inside(place.path)) return [];
    const inner = place.path.slice(path.length + 1);
    // A directory of this name may have gone before; the root is never a ghost.
    if (place.kind === "ghost") return inner === "" ? [] : [{ ...place, path: inner }];
    const inode = inodes.get(place.inode) ?? { attributes: place.inode.attributes, names: [] };
    inodes.set(place.inode, inode);
    const name: Name = { ...place, path: inner, inode };
    inode.names.push(name);
    return [name];
  });
  return emit([...places, { kind: "boundary" }]);
}
