import { ContentError, type InputProblem } from "../errors.ts";
import type { Mount } from "../plan/mounts.ts";
import { decodeRecipe, type Ref } from "../plan/ref.ts";
import type { Context } from "../resource.ts";
import { loadTree } from "../tree/object.ts";
import { shownName } from "../tree/shown-name.ts";
import { firstBelow } from "./part-of-tree.ts";

/** A filesystem and the partition that it fills. */
interface Filled {
  readonly name: string;
  readonly content: Ref;
}

/** What the recipe of a filesystem says of its tree. */
interface Holding {
  readonly tree?: Ref;
  readonly subtree?: string;
  readonly mounts?: readonly Mount[];
}

function holdingOf({ recipe }: Ref): Holding {
  if (!recipe.startsWith("{")) return {};
  const { step, plan } = decodeRecipe(recipe);
  return step === "Filesystem" && plan ? (plan as Holding) : {};
}

/** Problems with filesystems that leave a folder to a partition which nothing fills: it could not even be mounted. */
export function unfilledMounts(parts: readonly Filled[]): InputProblem[] {
  const names = new Set(parts.map(({ name }) => name));
  return parts.flatMap(({ name, content }, index) =>
    (holdingOf(content).mounts ?? [])
      .filter(({ partition }) => !names.has(partition))
      .map(({ partition, path }) => ({
        property: `filesystems[${index}].content`,
        reason: `the filesystem of partition "${name}" leaves "${path}" to partition "${partition}", which nothing fills`,
      })),
  );
}

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
