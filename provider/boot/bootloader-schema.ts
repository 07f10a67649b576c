import * as z from "zod";
import { diskBlobSchema, installSchema } from "../plan/boot-files.ts";
import { bootEntrySchema } from "../plan/boot-menu.ts";
import { layoutSchema, tableSchema } from "../plan/layout.ts";
import { osReleaseSchema } from "../plan/os-release.ts";
import { refSchema } from "../plan/ref.ts";
import { bootloaderTypes } from "./bootloader-types.ts";

const printable = /^[ -~]*$/;
const bootFileSchema = z
  .strictObject({
    ref: refSchema.describe("The file."),
    path: z
      .string()
      .regex(/^$|^\/[!-~]+$/, "must be an absolute path without spaces, or empty")
      .default("")
      .describe(
        "Where it lies in the tree of an ext4 that extlinux or GRUB reads; empty to have it placed there. On FAT it is always placed.",
      ),
  })
  .meta({ id: "BootFile", description: "A kernel or an initrd." });

/** Inputs of Bootloader. */
export const bootloaderInputs = z.strictObject({
  type: z
    .enum(bootloaderTypes)
    .default("extlinux")
    .describe(
      "Which boot loader: `extlinux` on ext4, `syslinux` on FAT, GRUB started by a BIOS, by UEFI or by both, or systemd-boot, which starts kernels with entries of text, or one UKI for each entry. Or none: `uki` has the firmware start kernel, initrd and command line in one file, `efi-stub` the kernel alone.",
    ),
  layout: layoutSchema
    .optional()
    .describe(
      "The disk, for GRUB, systemd-boot and `uki`: where the ESP, the core of GRUB and `partition` lie.",
    ),
  table: tableSchema
    .default("mbr")
    .describe(
      "Kind of partition table, in which extlinux and syslinux look for the bootable partition.",
    ),
  partition: z
    .string()
    .min(1)
    .default("root")
    .describe(
      "Partition with the boot loader's configuration; ext4 or FAT. systemd-boot and `uki` have all on the ESP.",
    ),
  rootUuid: z
    .string()
    .regex(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/, "must be a UUID in lower case")
    .optional()
    .describe(
      "UUID of the root filesystem, such as `layout.partitions[0].uuid`; left out where the initrd is the whole machine, or commandLine names the root.",
    ),
  kernel: bootFileSchema.describe("The kernel."),
  initrd: bootFileSchema.optional().describe("The initial RAM filesystem."),
  commandLine: z
    .string()
    .regex(printable, "must be printable ASCII on one line")
    .default("rw")
    .describe(
      "Arguments for the kernel; root and consoles are added. With `efi-stub` they are the kernel's own.",
    ),
  consoles: z
    .array(
      z.string().regex(/^[A-Za-z]+[0-9]*(,[0-9]+[neo]?[78]?r?)?$/, "must be such as ttyS0,115200"),
    )
    .default(["tty0", "ttyS0"])
    .describe(
      "Consoles of the kernel; the last is /dev/console. A menu is shown on the screen, and on the first serial one.",
    ),
  entries: z
    .array(bootEntrySchema)
    .max(64)
    .default([])
    .describe(
      "What the menu offers, from top to bottom; none is one entry by the name in `osRelease`.",
    ),
  defaultEntry: z
    .int()
    .min(0)
    .default(0)
    .describe("Which of `entries` is started without a key; 0 is the first."),
  timeoutSeconds: z
    .number()
    .int()
    .min(0)
    .max(3599)
    .default(0)
    .describe("How long to wait for a key before booting; 0 boots at once."),
  menuTitle: z
    .string()
    .min(1)
    .max(70)
    .regex(printable, "must be printable ASCII on one line")
    .optional()
    .describe("Title of a menu of extlinux or syslinux; without it there is none."),
  signingKey: z
    .string()
    .optional()
    .describe(
      "Private key (RSA, PEM, not encrypted), with which the EFI programs are signed for Secure Boot: boot loader, kernel and UKIs. It is in no artefact, key or log, and encrypted in the state.",
    ),
  signingCertificate: z
    .string()
    .optional()
    .describe("Certificate (PEM) that belongs to signingKey; firmware must trust it."),
  osRelease: osReleaseSchema
    .optional()
    .describe("What the machine says that it is, such as `rootfs.osRelease`."),
});

/** Outputs of Bootloader. */
export const bootloaderOutputs = z.strictObject({
  installs: z.array(installSchema).describe("What to do to which filesystem."),
  blobs: z.array(diskBlobSchema).describe("What to write outside the filesystems."),
});

export type BootloaderInputs = z.output<typeof bootloaderInputs>;
