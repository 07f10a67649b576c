import { InputError } from "../errors.ts";
import { emit, forget, type Place, placesOf } from "./emission.ts";
import type { Tree } from "./types.ts";

/** A tree without what is named; hard links to it become files of their own. An error that names `property` when a name leads to nothing. */
export function without(tree: Tree, exclude: readonly string[], property: string): Tree {
  if (exclude.length === 0) return tree;
  const tests = exclude.map((pattern) => {
    // Trees keep a byte in each character.
    const path = Buffer.from(pattern.replace(/\/\*$/, "").slice(1)).toString("latin1");
    const keepsRoot = pattern.endsWith("/*");
    return (name: string) => (name === path && !keepsRoot) || name.startsWith(`${path}/`);
  });
  const used = new Set<number>();
  const isExcluded = (path: string) => {
    const hits = tests.flatMap((test, index) => (test(path) ? [index] : []));
    for (const hit of hits) used.add(hit);
    return hits.length > 0;
  };
  const places = placesOf(tree).filter((place): place is Place => {
    if (place.kind === "boundary") return true;
    if (!isExcluded(place.path)) return true;
    if (place.kind === "name") forget(place);
    return false;
  });
  const idle = exclude.flatMap((pattern, index) => (used.has(index) ? [] : [{ pattern, index }]));
  if (idle.length > 0)
    throw new InputError(
      idle.map(({ pattern, index }) => ({
        property: `${property}[${index}]`,
        reason: `nothing of the tree is "${pattern}"`,
      })),
    );
  return emit(places, tree.sources);
}
