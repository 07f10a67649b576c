import type { InputProblem } from "../errors.ts";
import { attributeProblems } from "./attribute-rules.ts";
import { fatGeometry, fatRangeMiB } from "./fat-geometry.ts";
import { fatTypeOf } from "./fat-type.ts";
import { filesystemOf } from "./filesystem-id.ts";
import { type LayoutRequest, mebibyte, type PartitionRequest, sectorBytes } from "./layout.ts";
import { nameProblems } from "./layout-names.ts";
import { restIndex, sizeLayout } from "./layout-size.ts";
import { codesOf } from "./partition-types.ts";

/** Sectors that an MBR entry can count. */
const mbrSectors = 2 ** 32;

/** Everything that stands in the way of a layout, each with its property and the numbers. */
export function layoutProblems(request: LayoutRequest): InputProblem[] {
  const sizes = sizeProblems(request);
  return [
    ...nameProblems(request),
    ...tableProblems(request),
    ...attributeProblems(request),
    ...request.partitions.flatMap(filesystemProblem),
    ...sizes,
    ...(sizes.length === 0 ? diskProblems(request) : []),
  ];
}

function tableProblems({ table, partitions }: LayoutRequest): InputProblem[] {
  if (table === "gpt") return [];
  const problems: InputProblem[] = [];
  if (partitions.length > 4)
    problems.push({
      property: "partitions",
      reason: `${partitions.length} partitions do not fit an MBR, which holds 4 (set table to "gpt")`,
    });
  partitions.forEach(({ name, type }, index) => {
    if (codesOf(type).mbr === undefined)
      problems.push({
        property: `partitions[${index}].type`,
        reason: `Partition "${name}" is of type "${type}", which an MBR does not have (set table to "gpt")`,
      });
  });
  const bootable = partitions.flatMap((p, index) => (p.bootable ? [{ ...p, index }] : []));
  const [first, second] = bootable;
  if (first && second)
    problems.push({
      property: `partitions[${second.index}].bootable`,
      reason: `Partitions "${first.name}" and "${second.name}" are both bootable, and an MBR boots one`,
    });
  return problems;
}

/** A type that says FAT16 over a FAT32 would have one system read it as the one and another as the other. */
function filesystemProblem(partition: PartitionRequest, index: number): InputProblem[] {
  const { name, type } = partition;
  const own = codesOf(type).filesystem;
  const filesystem = filesystemOf(partition);
  // A boot loader of its own may read more than FAT, as GRUB does.
  const free = type === "xbootldr" || (type !== "swap" && !fatTypeOf(own) && filesystem !== "swap");
  if (type === "esp" ? fatTypeOf(filesystem) : free || own === filesystem) return [];
  const wanted = type === "esp" ? "FAT" : `"${own}"`;
  return [
    {
      property: `partitions[${index}].filesystem`,
      reason: `Partition "${name}" is of type "${type}", which holds ${wanted} and not "${filesystem}"`,
    },
  ];
}

function sizeProblems({ partitions }: LayoutRequest): InputProblem[] {
  const rest = restIndex(partitions);
  return partitions.flatMap((partition, index) => sizeProblem(partition, index, index === rest));
}

function sizeProblem(partition: PartitionRequest, index: number, isRest: boolean): InputProblem[] {
  const { name, sizeMiB, sizing } = partition;
  const property = `partitions[${index}].sizeMiB`;
  const needed = sizing?.minimumMiB ?? 1;
  if (sizeMiB === undefined && sizing === undefined && !isRest)
    return [
      {
        property,
        reason: `Partition "${name}" has neither sizeMiB nor sizing, and only the last such partition takes the rest of the disk`,
      },
    ];
  if (sizeMiB === undefined || sizeMiB >= needed) return [];
  return [
    {
      property,
      reason: `Partition "${name}" is ${sizeMiB} MiB but its contents need ${needed} MiB (set ${property} to at least ${needed})`,
    },
  ];
}

function diskProblems(request: LayoutRequest): InputProblem[] {
  const { diskMiB, neededMiB, partitions } = sizeLayout(request);
  if (diskMiB < neededMiB)
    return [
      {
        property: "diskSizeMiB",
        reason: `The disk is ${diskMiB} MiB but its partitions and table need ${neededMiB} MiB (set diskSizeMiB to at least ${neededMiB})`,
      },
    ];
  return request.partitions.flatMap((partition, index) => {
    const place = partitions[index] ?? { startMiB: 0, sizeMiB: 0 };
    const reason = reachProblem(request, partition, place) ?? fatProblem(partition, place.sizeMiB);
    return reason ? [{ property: `partitions[${index}].sizeMiB`, reason }] : [];
  });
}

function reachProblem(
  { table }: LayoutRequest,
  { name }: PartitionRequest,
  { startMiB, sizeMiB }: { startMiB: number; sizeMiB: number },
): string | undefined {
  const limitMiB = (mbrSectors * sectorBytes) / mebibyte;
  return table === "gpt" || startMiB + sizeMiB <= limitMiB
    ? undefined
    : `Partition "${name}" ends at ${startMiB + sizeMiB} MiB but an MBR reaches ${limitMiB} MiB (set table to "gpt")`;
}

/** What the number of clusters and the type's code allow. */
function fatProblem(partition: PartitionRequest, sizeMiB: number): string | undefined {
  const { name, type } = partition;
  if (type === "fat16-under-32mib" && sizeMiB >= 32)
    return `Partition "${name}" is ${sizeMiB} MiB but "${type}" is for less than 32 MiB (set its type to "fat16")`;
  const fat = fatTypeOf(filesystemOf(partition));
  if (!fat || fatGeometry(fat, (sizeMiB * mebibyte) / sectorBytes)) return undefined;
  const { least, most } = fatRangeMiB(fat);
  return `Partition "${name}" is ${sizeMiB} MiB but ${fat} takes ${least} to ${most} MiB`;
}
