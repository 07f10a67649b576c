import { ContentError } from "../errors.ts";
import { emit, forget, type Place, placesOf } from "./emission.ts";
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
  const inside = (full: string) => full === path || full.startsWith(`${path}/`);
  const all = placesOf(tree);
  for (const place of all) if (place.kind === "name" && !inside(place.path)) forget(place);
  const places = all.flatMap((place): Place[] => {
    if (place.kind === "boundary") return [place];
    const inner = place.path.slice(path.length + 1);
    // A directory of this name may have gone before; the root is never a ghost.
    if (place.kind !== "name" && (inner === "" || !inside(place.path))) return [];
    return [{ ...place, path: inner }];
  });
  return emit([...places, { kind: "boundary" }], tree.sources);
}
