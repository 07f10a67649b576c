import * as z from "zod";
import { fatTypes } from "./fat-type.ts";
import { partitionAttributeNames } from "./partition-attributes.ts";
import { partitionTypeNames } from "./partition-types.ts";

/** Bytes of a sector, as both tables count. */
export const sectorBytes = 512;

/** Bytes of a MiB, to which every partition is aligned. */
export const mebibyte = 1024 * 1024;

/** Kind of partition table. */
export const tableSchema = z
  .enum(["mbr", "gpt"])
  .meta({ id: "TableKind", description: "How a disk lists its partitions." });

const typeSchema = z
  .enum(partitionTypeNames)
  .meta({ id: "PartitionKind", description: "What a partition is used for." });

const attributesSchema = z.array(
  z.enum(partitionAttributeNames).meta({
    id: "PartitionAttribute",
    description: "A wish for whoever finds a partition by its type.",
  }),
);

const byteCount = z.number().int().min(0);

/** One partition with its place on the disk. */
export const partitionSchema = z
  .strictObject({
    name: z.string().describe("Name of the partition, as filesystems refer to it."),
    number: z.number().int().min(1).describe("Number in the table, from 1."),
    type: typeSchema.describe("What the partition is for."),
    startSector: z.number().int().min(1).describe("First sector of 512 bytes."),
    sectors: z.number().int().min(1).describe("Length in sectors of 512 bytes."),
    offsetBytes: byteCount.describe("Where the partition begins on the disk, in bytes."),
    sizeBytes: byteCount.describe("Length in bytes."),
    bootable: z.boolean().describe("Whether a BIOS boots from this partition."),
    attributes: attributesSchema
      .optional()
      .describe("Attributes of the GPT entry, where it has some."),
    partUuid: z.string().describe("What `root=PARTUUID=` calls the partition."),
    filesystem: z.string().describe("Filesystem, such as `ext4` or `fat16`; empty for none."),
    uuid: z.string().describe("UUID of the filesystem; empty where there is none."),
    label: z.string().describe("Label of the filesystem; empty for none."),
    mountPoint: z.string().describe("Where the machine mounts it; empty for nowhere."),
  })
  .meta({ id: "Partition", description: "A partition with its place on the disk." });
export type Partition = z.infer<typeof partitionSchema>;

/** A disk's table and partitions, decided to the sector. */
export const layoutSchema = z
  .strictObject({
    table: tableSchema.describe("Kind of partition table."),
    diskSignature: z
      .string()
      .describe("Identity of the disk: 8 hex digits for MBR, a GUID for GPT, in lower case."),
    sizeBytes: byteCount.describe("Size of the disk in bytes."),
    partitions: z.array(partitionSchema).describe("Partitions in the order of the disk."),
  })
  .meta({ id: "Layout", description: "A disk's partition table." });
export type Layout = z.infer<typeof layoutSchema>;

/** How much room content needs. */
export const sizingSchema = z
  .strictObject({
    minimumMiB: z.number().int().min(1).describe("Smallest partition that holds it, in MiB."),
  })
  .meta({ id: "Sizing", description: "How much room content needs." });

/** One partition as the user asks for it. */
export const partitionRequestSchema = z
  .strictObject({
    name: z
      .string()
      .min(1)
      .describe("Name, unique on the disk; GPT also writes it into the table."),
    type: typeSchema.default("linux").describe("What the partition is for."),
    sizeMiB: z
      .number()
      .int()
      .min(1)
      .max(16 * 1024 * 1024)
      .optional()
      .describe(
        "Size in MiB; without it the partition fits its content, and the last such one takes the rest of the disk.",
      ),
    sizing: sizingSchema.optional().describe("What its content needs, such as `rootfs.sizing`."),
    filesystem: z
      .enum(["ext4", ...fatTypes, "squashfs", "erofs", "swap"])
      .optional()
      .describe("Filesystem it holds; by default what its type suggests."),
    label: z.string().default("").describe("Label of the filesystem."),
    uuid: z
      .string()
      .optional()
      .describe("UUID of the filesystem (`XXXX-XXXX` for FAT); made from the seed by default."),
    bootable: z.boolean().default(false).describe("Whether a BIOS boots from this partition."),
    attributes: attributesSchema
      .optional()
      .describe(
        "For systemd, which finds the partition by its type: `no-auto`, `read-only`, `grow-file-system`; only GPT.",
      ),
    mountPoint: z.string().default("").describe("Where the machine mounts it, such as `/`."),
  })
  .meta({ id: "PartitionRequest", description: "A partition as it is asked for." });
export type PartitionRequest = z.infer<typeof partitionRequestSchema>;

/** A whole disk as the user asks for it. */
export interface LayoutRequest {
  readonly seed: string;
  readonly table: "mbr" | "gpt";
  readonly diskSizeMiB?: number | undefined;
  readonly roundToMiB: number;
  readonly partitions: readonly PartitionRequest[];
}
