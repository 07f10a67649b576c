import { LayerStack } from "./layer-stack.ts";
import { memberPath } from "./member-path.ts";
import type { LayerMember, Tree } from "./types.ts";

/**
 * A tree with these entries on top, as one more layer whose tar has the digest `source`: what they replace becomes
 * ghosts, and missing parents are made with mode 0755 and the time of what is in them.
 */
export function overlay(tree: Tree, source: string, entries: Iterable<LayerMember>): Tree {
  const stack = new LayerStack(tree);
  for (const entry of entries) {
    stack.add({ ...entry, path: memberPath(entry.path) }, entry.segments && source);
  }
  return stack.tree();
}
