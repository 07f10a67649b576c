import type { InputProblem } from "../errors.ts";
import type { Mount } from "./mounts.ts";
import { decodeRecipe, type Ref } from "./ref.ts";

/** A filesystem and the partition that it fills. */
export interface Filled {
  readonly name: string;
  readonly content: Ref;
}

/** What the recipe of a filesystem says of its tree. */
export interface Holding {
  readonly tree?: Ref;
  readonly subtree?: string;
  readonly mounts?: readonly Mount[];
}

/** What is known of what a filesystem holds: nothing of one that came from elsewhere. */
export function holdingOf({ recipe }: Ref): Holding {
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
