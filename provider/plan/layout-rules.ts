import type { InputProblem } from "../errors.ts";
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
  if (request.table === "gpt") return [];
  const limitMiB = (mbrSectors * sectorBytes) / mebibyte;
  return partitions.flatMap(({ startMiB, sizeMiB }, index) =>
    startMiB + sizeMiB <= limitMiB
      ? []
      : [
          {
            property: `partitions[${index}].sizeMiB`,
            reason: `Partition "${request.partitions[index]?.name}" ends at ${startMiB + sizeMiB} MiB but an MBR reaches ${limitMiB} MiB (set table to "gpt")`,
          },
        ],
  );
}
