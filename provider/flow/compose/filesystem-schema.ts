import * as z from "zod";
import { addedFileSchema } from "../../plan/added-file.ts";
import { installSchema } from "../../plan/boot-files.ts";
import { fatTypes } from "../../plan/fat-type.ts";
import { fstabEntrySchema } from "../../plan/fstab.ts";
import { partitionSchema, sizingSchema } from "../../plan/layout.ts";
import { refSchema } from "../../plan/ref.ts";
import { squashfsSchema } from "../../squashfs/options.ts";
import { givenFileSchema } from "../collect/given-file.ts";

/** Inputs of Filesystem. */
export const filesystemInputs = z.strictObject({
  type: z
    .enum(["ext4", ...fatTypes, "squashfs", "erofs", "swap"])
    .default("ext4")
    .describe("Filesystem to make."),
  tree: refSchema
    .optional()
    .describe(
      "What it holds, such as `rootfs.ref`; FAT may do without, and then holds `files` and what `installs` place. Swap has none.",
    ),
  subtree: z
    .string()
    .regex(/^\/([^\0]*[^/\0])?$/, 'must be absolute, such as "/home", and not end with a slash')
    .default("/")
    .describe("Folder of the tree that becomes the filesystem's root."),
  partition: partitionSchema
    .optional()
    .describe(
      "Where it lies: one of `layout.partitions`. A squashfs or an erofs may do without: it is as large as its content.",
    ),
  installs: z
    .array(installSchema)
    .default([])
    .describe(
      "What boot loaders place, such as `bootloader.installs`; those of other partitions are passed over.",
    ),
  files: z
    .array(addedFileSchema)
    .default([])
    .describe("Artefacts to hold as files, such as the disk image that an installer writes."),
  fstab: z
    .array(fstabEntrySchema)
    .default([])
    .describe("Lines of /etc/fstab; none leaves the image's own file."),
  mounts: z
    .array(partitionSchema)
    .default([])
    .describe(
      "Partitions that the machine mounts, such as `layout.partitions`: their folders stay empty here, and with `subtree` / each gets a line of fstab, as swap does.",
    ),
  sourceDateEpoch: z
    .number()
    .int()
    .min(0)
    .max(2 ** 32 - 1)
    .default(1735689600)
    .describe("Creation time of the filesystem, in seconds since 1970. Default: 2025-01-01."),
  squashfs: squashfsSchema
    .optional()
    .describe(
      "Only for squashfs: how it is made. By default zstd of level 3, and all of the tree.",
    ),
  lastPlacement: givenFileSchema
    .optional()
    .describe(
      "Only for ext4: where everything lay in an earlier version, a copy of the file at its `placementPath`. What it knows stays where it lay.",
    ),
});

/** Outputs of Filesystem. */
export const filesystemOutputs = z.object({
  ref: refSchema.describe(
    "The filesystem: of ext4 the plan (metadata blocks, and where its data comes from), of another its bytes, of swap its first page.",
  ),
  sizeBytes: z.number().int().describe("Size of the filesystem in bytes."),
  freeBytes: z.number().int().describe("Bytes that are free in it."),
  sizing: sizingSchema
    .optional()
    .describe("Of a squashfs or an erofs: the partition that it needs, for a PartitionLayout."),
  freeInodes: z.number().int().optional().describe("Files that ext4 has room for."),
  placement: refSchema
    .optional()
    .describe(
      "Where everything lies in an ext4: a file for the `lastPlacement` of a later version.",
    ),
});

export type FilesystemInputs = z.output<typeof filesystemInputs>;
