import { ContentError } from "../errors.ts";
import { type Filled, holdingOf } from "../plan/left-out.ts";
import type { Context } from "../resource.ts";
import { loadTree } from "../tree/object.ts";
import { shownName } from "../tree/shown-name.ts";
import { firstBelow } from "./part-of-tree.ts";

/** Ends where a filesystem leaves out what lies below a mount point, and the partition mounted there does not hold that part of the tree. */
export async function demandWhole(parts: readonly Filled[], ctx: Context): Promise<void> {
  for (const { name, content } of parts) {
    const { tree, subtree = "/", mounts = [] } = holdingOf(content);
    for (const { partition, path } of tree ? mounts : []) {
      const folder = `${subtree === "/" ? "" : subtree}${path}`;
      const other = parts.find((part) => part.name === partition);
      const held = other ? holdingOf(other.content) : {};
      if (held.tree?.digest === tree!.digest && held.subtree === folder) continue;
      const whole = await loadTree(await ctx.materialise(tree!));
      const lost = firstBelow(whole, Buffer.from(folder.slice(1)).toString("latin1"));
      if (lost === undefined) continue;
      throw new ContentError(
        `${shownName(`/${lost}`)} would be lost: the filesystem of partition "${name}" leaves "${folder}" to partition "${partition}", which does not hold that part of the tree`,
        { hint: `make that of the same tree, with subtree: "${folder}"` },
      );
    }
  }
}
