import type { InputProblem } from "../errors.ts";
import { fatTypeOf } from "../plan/fat-type.ts";
import type { Layout, Partition } from "../plan/layout.ts";
import { type BootloaderType, isGrub, kindOfLoader } from "./bootloader-types.ts";

/** Where a boot loader goes on a disk. */
export interface LoaderPlace {
  /** Partition of its configuration. */
  readonly partition: Partition;
  readonly esp?: Partition;
  /** Room for GRUB's core. */
  readonly core?: { readonly startSector: number; readonly sectors: number };
}

/** Fewer sectors hold no core of GRUB that reads a filesystem; usual ones take 250 to 300. */
const leastCoreSectors = 200;

/** Finds where a boot loader goes, or says why it does not fit the disk. */
export function placeOnDisk(
  type: BootloaderType,
  layout: Layout,
  name: string,
): { readonly place?: LoaderPlace; readonly problems: InputProblem[] } {
  const { startedBy } = kindOfLoader(type);
  const problems: InputProblem[] = [];
  const take = <T>(found: T | InputProblem): T | undefined => {
    if (found === null || typeof found !== "object" || !("reason" in found)) return found as T;
    problems.push(found);
    return undefined;
  };
  const esp = startedBy.includes("uefi") ? take(onlyEsp(layout, type)) : undefined;
  const core = startedBy.includes("bios") ? take(coreRoom(layout, type)) : undefined;
  const partition = isGrub(type) ? take(configPartition(layout, name)) : esp;
  if (problems.length > 0 || !partition) return { problems };
  return { place: { partition, ...(esp && { esp }), ...(core && { core }) }, problems };
}

/** A path of the tree in the filesystem of a partition that is mounted somewhere below it. */
export function pathIn({ mountPoint }: Pick<Partition, "mountPoint">, path: string): string {
  return path.startsWith(`${mountPoint}/`) ? path.slice(mountPoint.length) : path;
}

function onlyEsp({ partitions }: Layout, type: string): Partition | InputProblem {
  const [esp, second] = partitions.filter((partition) => partition.type === "esp");
  if (!esp)
    return {
      property: "layout",
      reason: `has no ESP, from which UEFI starts "${type}" (add a partition with type "esp" and sizeMiB 64)`,
    };
  if (second)
    return {
      property: "layout",
      reason: `has two ESPs, "${esp.name}" and "${second.name}", and UEFI starts from one (leave one out)`,
    };
  return esp;
}

function coreRoom({ table, partitions }: Layout, type: string): LoaderPlace["core"] | InputProblem {
  const biosBoot = partitions.find((partition) => partition.type === "bios-boot");
  if (biosBoot) {
    const { startSector, sectors } = biosBoot;
    return sectors >= leastCoreSectors ? { startSector, sectors } : tooSmall(type, sectors);
  }
  if (table === "gpt")
    return {
      property: "layout",
      reason: `has no BIOS boot partition, which holds the core of "${type}" on a GPT disk (add a partition with type "bios-boot" and sizeMiB 1)`,
    };
  const sectors = Math.min(...partitions.map((partition) => partition.startSector)) - 1;
  return sectors >= leastCoreSectors ? { startSector: 1, sectors } : tooSmall(type, sectors);
}

function tooSmall(type: string, sectors: number): InputProblem {
  return {
    property: "layout",
    reason: `leaves ${sectors} sectors for the core of "${type}", which takes about 300 (begin the first partition at 1 MiB, as PartitionLayout does)`,
  };
}

function configPartition({ partitions }: Layout, name: string): Partition | InputProblem {
  const found = partitions.find((partition) => partition.name === name);
  const property = "partition";
  if (!found) {
    const names = partitions.map((partition) => `"${partition.name}"`).join(", ");
    return { property, reason: `"${name}" is not in the layout (it has ${names})` };
  }
  if (found.filesystem !== "ext4" && !fatTypeOf(found.filesystem))
    return {
      property,
      reason: `"${name}" holds ${found.filesystem || "no filesystem"}, but GRUB's configuration goes onto ext4 or FAT (name another partition, such as the ESP)`,
    };
  return found;
}
