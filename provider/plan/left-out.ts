import type { InputProblem } from "../errors.ts";
import type { FstabEntry } from "./fstab.ts";
import type { Partition } from "./layout.ts";
import type { Mount } from "./mounts.ts";
import { type Ref, readRecipe } from "./ref.ts";

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
  readonly addedFstab?: readonly FstabEntry[];
}

/** What is known of what a filesystem holds: nothing of one that came from elsewhere. */
export function holdingOf({ recipe }: Ref): Holding {
  const made = readRecipe(recipe);
  return made?.step === "Filesystem" && made.plan ? (made.plan as Holding) : {};
}

/** Problems with filesystems that leave a folder, or swap, to a partition which nothing fills: it could not even be mounted. */
export function unfilledMounts(
  parts: readonly Filled[],
  partitions: readonly Pick<Partition, "name" | "uuid">[],
): InputProblem[] {
  const names = new Set(parts.map(({ name }) => name));
  return parts.flatMap(({ name, content }, index) => {
    const { mounts = [], addedFstab = [] } = holdingOf(content);
    const swap = addedFstab
      .filter(({ type }) => type === "swap")
      .flatMap(({ device }) => partitions.filter(({ uuid }) => device === `UUID=${uuid}`))
      .map((partition) => ({ partition: partition.name, path: "swap" }));
    return [...mounts, ...swap]
      .filter(({ partition }) => !names.has(partition))
      .map(({ partition, path }) => ({
        property: `filesystems[${index}].content`,
        reason: `the filesystem of partition "${name}" leaves "${path}" to partition "${partition}", which nothing fills`,
      }));
  });
}
