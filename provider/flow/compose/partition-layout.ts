import * as z from "zod";
import { layoutSchema, partitionRequestSchema, tableSchema } from "../../plan/layout.ts";
import { layoutProblems } from "../../plan/layout-rules.ts";
import { planLayout } from "../../plan/plan-layout.ts";
import { defineResource } from "../../resource.ts";

const inputs = z.strictObject({
  seed: z
    .string()
    .min(1)
    .describe(
      "What UUIDs and the disk's signature are made from; the same seed gives the same ones.",
    ),
  table: tableSchema.default("mbr").describe("Kind of partition table."),
  diskSizeMiB: z
    .number()
    .int()
    .min(2)
    .max(64 * 1024 * 1024)
    .optional()
    .describe("Size of the disk in MiB; by default as small as the partitions allow."),
  roundToMiB: z
    .number()
    .int()
    .min(1)
    .max(1024 * 1024)
    .default(1024)
    .describe("A disk without diskSizeMiB rounds up to a multiple of this; clouds want whole GiB."),
  partitions: z
    .array(partitionRequestSchema)
    .min(1)
    .max(128)
    .describe("Partitions in the order of the disk, each aligned to 1 MiB."),
});

const outputs = z.strictObject({
  layout: layoutSchema.describe("The disk decided to the sector."),
});

type Inputs = z.output<typeof inputs>;

function isComplete(some: Partial<Inputs>): some is Inputs {
  const { seed, table, roundToMiB, partitions } = some;
  return [seed, table, roundToMiB, partitions].every((field) => field !== undefined);
}

/**
 * Offsets, sizes, types and UUIDs of a disk's partitions: a calculation, no file.
 * Changes when a size, name or type does; content that still fits changes nothing.
 *
 * @example
 * new PartitionLayout("disk", { partitions: [
 *   { name: "root", sizing: rootfs.sizing, mountPoint: "/", bootable: true },
 * ] });
 */
export const PartitionLayout = defineResource({
  name: "PartitionLayout",
  description: "Offsets, sizes, types and UUIDs of a disk's partitions.",
  version: 1,
  inputs,
  outputs,
  rules: (given) => (isComplete(given) ? layoutProblems(given) : []),
  plan: (given) => planLayout(given),
  known: (layout) => ({ layout }),
  make: async (layout) => ({ layout }),
});
