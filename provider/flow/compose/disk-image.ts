import { join } from "node:path";
import * as z from "zod";
import type { InputProblem } from "../../errors.ts";
import { diskBlobSchema } from "../../plan/boot-files.ts";
import { type DiskPlan, diskDigest } from "../../plan/disk.ts";
import { type Layout, layoutSchema } from "../../plan/layout.ts";
import { unfilledMounts } from "../../plan/left-out.ts";
import { refSchema } from "../../plan/ref.ts";
import { type Context, defineResource } from "../../resource.ts";

const inputs = z.strictObject({
  layout: layoutSchema.describe("Where everything lies: `layout` of a PartitionLayout."),
  filesystems: z
    .array(
      z
        .strictObject({
          partition: z.string().describe("Name of the partition that it fills."),
          content: refSchema.describe("The filesystem: `ref` of a Filesystem, or of a file."),
        })
        .meta({ id: "DiskFilesystem", description: "A filesystem and its partition." }),
    )
    .describe("What the partitions hold; a partition that is not named stays empty."),
  blobs: z
    .array(diskBlobSchema)
    .default([])
    .describe("What lies outside the partitions: `blobs` of a Bootloader."),
  exportTo: z
    .string()
    .min(1)
    .optional()
    .describe("Path, relative to the project, that the disk is also written to."),
});

const outputs = z.strictObject({
  ref: refSchema.describe("The raw disk."),
  sizeBytes: z.number().int().describe("Size of the disk in bytes."),
});

type Inputs = z.output<typeof inputs>;

function rules({ layout, filesystems = [], blobs = [] }: Partial<Inputs>): InputProblem[] {
  const named = filesystems.map((filesystem) => filesystem.partition);
  return [
    ...filesystems.flatMap(({ partition, content: { kind } }, index): InputProblem[] => {
      const property = `filesystems[${index}]`;
      return [
        ...(kind === "ext4" || kind === "file"
          ? []
          : [{ property: `${property}.content`, reason: `is a ${kind} but must be a filesystem` }]),
        ...(named.indexOf(partition) === index
          ? []
          : [{ property: `${property}.partition`, reason: `"${partition}" is filled twice` }]),
        ...(layout ? unknownPartition(layout, partition, `${property}.partition`) : []),
      ];
    }),
    ...unfilledMounts(
      filesystems.map(({ partition, content }) => ({ name: partition, content })),
      layout?.partitions ?? [],
    ),
    ...blobs.flatMap(({ content: { kind } }, index): InputProblem[] =>
      kind === "file"
        ? []
        : [{ property: `blobs[${index}].content`, reason: `is a ${kind} but must be a file` }],
    ),
  ];
}

function unknownPartition(layout: Layout, name: string, property: string): InputProblem[] {
  const names = layout.partitions.map((partition) => partition.name);
  if (names.includes(name)) return [];
  const known = names.map((n) => `"${n}"`).join(", ");
  return [{ property, reason: `the layout has no partition "${name}" (it has ${known})` }];
}

function plan({ layout, filesystems, blobs }: Inputs): DiskPlan {
  const { table, diskSignature, sizeBytes, partitions } = layout;
  return {
    table: {
      table,
      diskSignature,
      sizeBytes,
      partitions: partitions.map((partition) => {
        const { name, type, startSector, sectors, bootable, attributes, partUuid } = partition;
        const entry = { name, type, startSector, sectors, bootable, partUuid };
        return attributes ? { ...entry, attributes } : entry;
      }),
    },
    parts: partitions.flatMap(({ name, offsetBytes, sizeBytes: partBytes }) =>
      filesystems
        .filter((filesystem) => filesystem.partition === name)
        .map(({ content }) => ({ name, offsetBytes, sizeBytes: partBytes, content })),
    ),
    blobs,
  };
}

async function make(disk: DiskPlan, ctx: Context) {
  const { writeDisk } = await import("../../image/write-disk.ts");
  const { patchDisk } = await import("../../image/patch-disk.ts");
  const { demandWhole } = await import("../../image/demand-whole.ts");
  await demandWhole(disk.parts, ctx);
  const digest = diskDigest(disk);
  if (!(await ctx.store.has("disk", digest)))
    await ctx.store.stage(async (folder) => {
      const file = join(folder, "disk.raw");
      if (!(await patchDisk(disk, ctx.previous, file, ctx))) await writeDisk(disk, file, ctx);
      await ctx.store.commit({ kind: "disk", digest, file });
    });
  const ref = { kind: "disk" as const, digest, recipe: "" };
  return { ref, sizeBytes: disk.table.sizeBytes };
}

/**
 * The raw disk: partition table, filesystems and boot code, written as a sparse file without a loop device or a mount.
 * Rebuilt when a filesystem, the layout or the boot code changes.
 *
 * @example
 * new DiskImage("disk", {
 *   layout, filesystems: [{ partition: "root", content: root.ref }], blobs: bootloader.blobs,
 * });
 */
export const DiskImage = defineResource({
  name: "DiskImage",
  description: "The raw disk: partition table, filesystems and boot code.",
  version: 1,
  inputs,
  outputs,
  rules,
  plan,
  known: ({ table }) => ({ sizeBytes: table.sizeBytes }),
  make,
});
