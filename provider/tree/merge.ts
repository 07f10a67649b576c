import { ContentError } from "../errors.ts";
import { LayerStack } from "./layer-stack.ts";
import { shownName } from "./shown-name.ts";
import { WHITEOUT } from "./tree-path.ts";
import type { LayerIndex, Tree } from "./types.ts";

/** A layer of an image: the digest of its tar and what it holds. */
export interface Layer {
  readonly digest: string;
  readonly index: LayerIndex;
}

/** Mark of a directory of which nothing below shows, and of what AUFS kept for itself. */
const OPAQUE = ".wh..wh..opq";
const RESERVED = ".wh..wh.";

/**
 * What a stack of layers shows, bottom first, in the order that {@link Tree} tells. Modification times after
 * `sourceDateEpoch` (seconds since 1970) become it.
 */
export function mergeLayers(
  layers: readonly Layer[],
  { sourceDateEpoch }: { sourceDateEpoch: number },
): Tree {
  const stack = new LayerStack();
  for (const layer of layers) applyLayer(stack, layer, sourceDateEpoch);
  return stack.tree();
}

/** Applies one more layer to a stack, as {@link mergeLayers} does: the stack also knows which layer brought what. */
export function applyLayer(
  stack: LayerStack,
  { digest, index }: Layer,
  sourceDateEpoch: number,
): void {
  stack.beginLayer();
  // Whiteouts speak of the layers below, wherever they stand in the tar.
  for (const { path } of index.whiteouts ?? index.members) {
    const at = path.lastIndexOf("/") + 1;
    if (path.slice(at) === OPAQUE) stack.clear(path.slice(0, Math.max(0, at - 1)));
    else if (path.startsWith(WHITEOUT, at) && !path.includes(RESERVED)) {
      if (/^\.{0,2}$/.test(path.slice(at + WHITEOUT.length))) {
        throw new ContentError(`${shownName(path)} is a whiteout of no name`);
      }
      stack.remove(path.slice(0, at) + path.slice(at + WHITEOUT.length));
    }
  }
  for (const member of index.members) {
    const { path, mtime, mtimeNs, segments } = member;
    if (path.includes(WHITEOUT) && /(^|\/)\.wh\.([^/]*$|\.wh\.)/.test(path)) continue;
    const isLater = mtime > sourceDateEpoch || (mtime === sourceDateEpoch && mtimeNs > 0);
    stack.add(
      isLater ? { ...member, mtime: sourceDateEpoch, mtimeNs: 0 } : member,
      segments && digest,
    );
  }
}
