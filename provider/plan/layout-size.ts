import { type LayoutRequest, mebibyte, type PartitionRequest } from "./layout.ts";

/** What is put in MiB, partition by partition, and the disk around it. */
export interface LayoutSize {
  readonly diskMiB: number;
  readonly neededMiB: number;
  readonly partitions: readonly { readonly startMiB: number; readonly sizeMiB: number }[];
}

/** Room before the first partition: tables, and boot loaders that live in the gap. */
const headMiB = 1;

/** Room behind the last partition: GPT keeps 33 sectors of backup there; MBR keeps nothing. */
function tailMiB(table: "mbr" | "gpt"): number {
  return table === "gpt" ? 1 : 0;
}

/** The partition that so many bytes need. */
export function sizingOf(bytes: number): { minimumMiB: number } {
  return { minimumMiB: Math.max(1, Math.ceil(bytes / mebibyte)) };
}

/** Index of the partition that takes the rest of the disk: the last one without a size; -1 for none. */
export function restIndex(partitions: readonly PartitionRequest[]): number {
  return partitions.findLastIndex((p) => p.sizeMiB === undefined);
}

/** Sizes and places of all partitions in MiB. */
export function sizeLayout(request: LayoutRequest): LayoutSize {
  const sizes = request.partitions.map((p) => p.sizeMiB ?? p.sizing?.minimumMiB ?? 1);
  const neededMiB = headMiB + sizes.reduce((sum, size) => sum + size, 0) + tailMiB(request.table);
  const { roundToMiB } = request;
  const diskMiB = request.diskSizeMiB ?? Math.ceil(neededMiB / roundToMiB) * roundToMiB;
  const rest = restIndex(request.partitions);
  if (rest >= 0) sizes[rest] = (sizes[rest] ?? 0) + Math.max(0, diskMiB - neededMiB);

  let startMiB = headMiB;
  const partitions = sizes.map((sizeMiB) => {
    const place = { startMiB, sizeMiB };
    startMiB += sizeMiB;
    return place;
  });
  return { diskMiB, neededMiB, partitions };
}
