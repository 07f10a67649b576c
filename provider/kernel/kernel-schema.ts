import * as z from "zod";
import { relativePath } from "../image/source-schema.ts";
import { refSchema } from "../plan/ref.ts";

const hex = z.string().regex(/^[0-9a-f]{64}$/, "must be 64 lower-case hex digits");
const hash = z.string().regex(/^sha256:[0-9a-f]{64}$/);

/** Where a kernel's source comes from. */
export const kernelSourceSchema = z
  .strictObject({
    file: relativePath
      .optional()
      .describe(
        "A tarball of the source, as kernel.org has it: plain, or by gzip, bzip2, xz, zstd.",
      ),
    directory: relativePath
      .optional()
      .describe("A folder with the source; it is copied, cleaned (make mrproper) and left alone."),
    package: z
      .string()
      .regex(/^linux-source-[0-9][0-9a-z.+~-]*$/, 'must be a package such as "linux-source-6.1"')
      .optional()
      .describe("The distribution's package with the source; the builder downloads it."),
    image: z
      .string()
      .regex(/^(?!-)[^\s\p{Cc}]+$/u, "must be the name of an image, without spaces")
      .optional()
      .describe("Image of the distribution whose package it is. Default: debian:12."),
    sha256: hex.optional().describe("What the tarball must hash to, of a file or a package."),
    platform: z
      .enum(["linux/amd64"], "must be linux/amd64: kernels for other processors are not built")
      .optional()
      .describe("Platform that the kernel is for. Default: linux/amd64."),
  })
  .meta({
    id: "KernelSource",
    description: "Where a kernel's source comes from: one of file, directory and package.",
  });
export type KernelSource = z.output<typeof kernelSourceSchema>;

/** What a kernel's configuration starts from: a target of its Makefile. */
export const baseConfigSchema = z
  .enum(["allnoconfig", "defconfig", "tinyconfig"])
  .meta({ id: "KernelBaseConfig", description: "What a kernel's configuration starts from." });
export type BaseConfig = z.output<typeof baseConfigSchema>;

/** A configuration that has a name. */
export const presetSchema = z.enum(["tiny-serial", "tiny-virtio"]).meta({
  id: "KernelPreset",
  description:
    "A whole configuration: tiny-serial runs an initramfs on a serial port, tiny-virtio is a small virtual machine.",
});

/** An option of a kernel. */
export const optionSchema = z
  .strictObject({
    name: z
      .string()
      .regex(/^(?!CONFIG_)[A-Za-z0-9_]+$/, 'must be an option\'s name without "CONFIG_"')
      .describe("Name of the option, such as BLK_DEV_INITRD."),
    value: z
      .string()
      .max(2048)
      .describe('"y", "n", a number or a text, as the option takes it; a text without quotes.'),
  })
  .meta({ id: "KernelOption", description: "An option of a kernel's configuration." });
export type OptionValue = z.output<typeof optionSchema>;

/** What the files hash to that a kernel is built from. */
export const observedKernelSchema = z.strictObject({
  source: hash.optional().describe("Content of the tarball or the folder."),
  configFile: hash.optional().describe("Content of the configuration file."),
  patches: z.array(hash).optional().describe("Content of each patch."),
});

/** Inputs of Kernel for one that is built from source. */
export const sourceInputs = {
  source: kernelSourceSchema
    .optional()
    .describe("The source to build a kernel from; exclusive with kernels and file."),
  preset: presetSchema
    .optional()
    .describe(
      "A whole configuration by name; exclusive with baseConfig and configFile. `tiny-serial` (allnoconfig and a dozen options) runs programs out of an initramfs and talks on the first serial port. `tiny-virtio` adds what a small virtual machine needs: ACPI, EFI stub, virtio, SATA and IDE disks, ext4, FAT, ISO 9660, squashfs, overlay, IPv4, a VGA text screen.",
    ),
  baseConfig: baseConfigSchema
    .optional()
    .describe("What the configuration starts from; exclusive with preset and configFile."),
  configFile: relativePath
    .optional()
    .describe(
      "A `.config` that the configuration starts from; exclusive with preset and baseConfig.",
    ),
  options: z
    .array(optionSchema)
    .optional()
    .describe(
      "Options set on top. One that the source does not have, or that does not survive `make olddefconfig`, is an error that names what it depends on.",
    ),
  patches: z
    .array(relativePath)
    .optional()
    .describe("Patches for the source, applied in this order (patch -p1)."),
  initramfs: refSchema
    .optional()
    .describe(
      "An initramfs that is built into the kernel, such as `initramfs.ref`: one file is the whole machine. A change of it builds the kernel again.",
    ),
  observed: observedKernelSchema
    .meta({ id: "ObservedKernel", description: "Hashes of what the inputs name." })
    .optional()
    .describe("Computed: hashes of what the inputs name, so that a diff names what changed."),
};
