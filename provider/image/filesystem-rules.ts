import type { InputProblem } from "../errors.ts";
import type { BootInstall } from "../plan/boot-files.ts";
import { fatGeometry } from "../plan/fat-geometry.ts";
import { fatTypeOf } from "../plan/fat-type.ts";
import type { FstabEntry } from "../plan/fstab.ts";
import { type Partition, sectorBytes } from "../plan/layout.ts";
import type { Ref } from "../plan/ref.ts";

/** The inputs that rules look at; what is not known yet is missing. */
interface FilesystemInputs {
  readonly type?: string;
  readonly tree?: Ref | undefined;
  readonly partition?: Partition;
  readonly installs?: readonly BootInstall[];
  readonly fstab?: readonly FstabEntry[];
  readonly lastPlacement?: unknown;
}

/** What is wrong with the inputs of a filesystem that are known. */
export function filesystemProblems(
  { type, tree, partition, installs = [], fstab = [], lastPlacement }: FilesystemInputs,
  treeOmitted: boolean,
): InputProblem[] {
  const found: InputProblem[] = [];
  const fat = fatTypeOf(type ?? "");
  if (tree && tree.kind !== "tree")
    found.push({
      property: "tree",
      reason: `must be a tree, such as rootfs.ref, got a ${tree.kind}`,
    });
  if (type && !fat && treeOmitted)
    found.push({
      property: "tree",
      reason: `is required: only FAT is made of a boot loader's files alone`,
    });
  if (fat && fstab.length > 0)
    found.push({
      property: "fstab",
      reason: `is for the root filesystem, which ${type} cannot be`,
    });
  if (fat && lastPlacement !== undefined)
    found.push({ property: "lastPlacement", reason: `is for ext4, and this is ${type}` });
  if (!partition || !type) return found;
  found.push(...partitionProblems(type, partition));
  installs.forEach(({ method, partition: name }, index) => {
    const wanted = { extlinux: "ext4", syslinux: "FAT", files: undefined }[method];
    if (name === partition.name && wanted && (wanted === "FAT") !== (fat !== undefined))
      found.push({
        property: `installs[${index}].method`,
        reason: `"${method}" needs ${wanted}, and partition "${name}" holds ${type}`,
      });
  });
  return found;
}

function partitionProblems(type: string, partition: Partition): InputProblem[] {
  const { name, filesystem, sizeBytes, uuid } = partition;
  const fat = fatTypeOf(type);
  if (filesystem !== type)
    return [
      {
        property: "type",
        reason: `"${type}" is not what partition "${name}" is for ("${filesystem}")`,
      },
    ];
  if (!fat) return [];
  const found: InputProblem[] = [];
  if (!fatGeometry(fat, sizeBytes / sectorBytes))
    found.push({
      property: "partition.sizeBytes",
      reason: `${sizeBytes} bytes are too few or too many for ${fat}`,
    });
  if (!/^[0-9A-F]{4}-[0-9A-F]{4}$/.test(uuid))
    found.push({ property: "partition.uuid", reason: `"${uuid}" is not of the form 1A2B-3C4D` });
  return found;
}
