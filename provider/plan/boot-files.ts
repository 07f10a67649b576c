import * as z from "zod";
import { refSchema } from "./ref.ts";

/** A file that a boot loader puts into a filesystem. */
export const placedFileSchema = z
  .strictObject({
    path: z.string().describe("Where the file goes, from the filesystem's root."),
    mode: z.number().int().min(0).max(0o7777).describe("Permission bits."),
    content: refSchema.describe("What is in the file."),
  })
  .meta({ id: "PlacedFile", description: "A file that a boot loader puts into a filesystem." });
export type PlacedFile = z.infer<typeof placedFileSchema>;

/** What a boot loader does to one filesystem. */
export const installSchema = z
  .strictObject({
    partition: z.string().describe("Name of the partition whose filesystem it is."),
    method: z
      .enum(["extlinux", "syslinux", "files"])
      .describe(
        "`extlinux` (on ext4) and `syslinux` (on FAT) tell ldlinux.sys and the boot sector where the file lies; `files` only places files.",
      ),
    directory: z.string().describe("Directory of the boot loader, such as `/boot`."),
    files: z.array(placedFileSchema).describe("Files to place."),
    bootSector: refSchema
      .optional()
      .describe("First 512 bytes of the partition, before they are told where ldlinux.sys lies."),
  })
  .meta({ id: "BootInstall", description: "What a boot loader does to one filesystem." });
export type BootInstall = z.infer<typeof installSchema>;

/** Bytes outside any partition. */
export const diskBlobSchema = z
  .strictObject({
    offsetBytes: z.number().int().min(0).describe("Where the bytes go on the disk."),
    content: refSchema.describe("The bytes."),
  })
  .meta({ id: "DiskBlob", description: "Bytes that lie outside any partition." });
export type DiskBlob = z.infer<typeof diskBlobSchema>;
