import { join } from "node:path";
import { z } from "zod";
import { savePlan } from "../../ext4/object.ts";
import { planFilesystem } from "../../image/plan-filesystem.ts";
import { installSchema } from "../../plan/boot-files.ts";
import { seededUuid } from "../../plan/canonical.ts";
import { fstabEntrySchema } from "../../plan/fstab.ts";
import { partitionSchema } from "../../plan/layout.ts";
import { refSchema } from "../../plan/ref.ts";
import { defineResource } from "../../resource.ts";

const inputs = z.strictObject({
  type: z.enum(["ext4"]).default("ext4").describe("Filesystem to make."),
  tree: refSchema.describe("What it holds, such as `rootfs.ref`."),
  subtree: z
    .string()
    .regex(/^\/([^\0]*[^/\0])?$/, 'must be absolute, such as "/home", and not end with a slash')
    .default("/")
    .describe("Folder of the tree that becomes the filesystem's root."),
  partition: partitionSchema.describe("Where it lies: one of `layout.partitions`."),
  installs: z
    .array(installSchema)
    .default([])
    .describe(
      "What boot loaders place, such as `bootloader.installs`; those of other partitions are passed over.",
    ),
  fstab: z
    .array(fstabEntrySchema)
    .default([])
    .describe("Lines of /etc/fstab; none leaves the image's own file."),
  sourceDateEpoch: z
    .number()
    .int()
    .min(0)
    .max(2 ** 32 - 1)
    .default(1735689600)
    .describe("Creation time of the filesystem, in seconds since 1970. Default: 2025-01-01."),
});

const outputs = z.object({
  ref: refSchema.describe(
    "The filesystem, as its plan: metadata blocks, and where its data comes from.",
  ),
  sizeBytes: z.number().int().describe("Size of the filesystem in bytes."),
  freeBytes: z.number().int().describe("Bytes that are free in it."),
  freeInodes: z.number().int().describe("Files that it has room for."),
});

/**
 * One partition's bytes from a tree: ext4, planned without a tool, a mount or a copy.
 * Changes when the tree, the boot loader's files, fstab, or the partition's place, size, label or UUID do.
 *
 * @example
 * new Filesystem("root", { tree: rootfs.ref, partition: layout.layout.partitions[0] });
 */
export const Filesystem = defineResource({
  name: "Filesystem",
  description: "One partition's bytes from a tree or a part of it.",
  version: 1,
  inputs,
  outputs,
  rules: ({ tree, type, partition }) => [
    ...(tree && tree.kind !== "tree"
      ? [{ property: "tree", reason: `must be a tree, such as rootfs.ref, got a ${tree.kind}` }]
      : []),
    ...(type && partition && partition.filesystem !== type
      ? [
          {
            property: "type",
            reason: `"${type}" is not what partition "${partition.name}" is for ("${partition.filesystem}")`,
          },
        ]
      : []),
  ],
  plan: ({ partition, installs, ...rest }) => ({
    ...rest,
    partition: {
      offsetBytes: partition.offsetBytes,
      sizeBytes: partition.sizeBytes,
      uuid: partition.uuid,
      label: partition.label,
    },
    hashSeed: seededUuid(partition.uuid, "ext4 hash seed"),
    installs: installs.filter((install) => install.partition === partition.name),
  }),
  make: async (plan, ctx) => {
    ctx.log.progress("planning the filesystem");
    const filesystem = await planFilesystem(plan, ctx);
    const needs = filesystem.sources.map((digest) => ({ kind: "layer" as const, digest }));
    await ctx.store.stage(async (folder) => {
      const file = join(folder, "ext4");
      await savePlan(filesystem.plan, file);
      await ctx.store.commit({ kind: "ext4", digest: filesystem.plan.digest, file, needs });
    });
    const { blocks, blockSize, freeBlocks, freeInodes, digest } = filesystem.plan;
    return {
      ref: { kind: "ext4" as const, digest, recipe: "" },
      sizeBytes: blocks * blockSize,
      freeBytes: freeBlocks * blockSize,
      freeInodes,
    };
  },
});
