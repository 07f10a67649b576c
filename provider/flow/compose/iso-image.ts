import * as z from "zod";
import { planIso } from "../../iso/plan.ts";
import { isoProblems } from "../../iso/rules.ts";
import { isoInputs } from "../../iso/schema.ts";
import { refSchema } from "../../plan/ref.ts";
import { defineResource } from "../../resource.ts";

/**
 * A medium that starts a machine as a CD and as a disk or USB stick, by a BIOS and by UEFI.
 * Made again when the kernel, the initrd, the squashfs, the menu or the tools change; a change of the menu packs no squashfs again.
 * Beside a squashfs lie its size and the lists of its packages, which are read from it without running anything of it.
 *
 * @example
 * new bootwright.IsoImage("iso", { seed: "demo", kernel: kernel.ref, initrd: initramfs.ref });
 *
 * @example
 * new bootwright.IsoImage("live", {
 *   layout: "live", seed: "demo", kernel: kernel.ref, initrd: initramfs.ref, squashfs: root.ref,
 * });
 */
export const IsoImage = defineResource({
  name: "IsoImage",
  description: "A medium that starts as a CD and as a disk, by a BIOS and by UEFI.",
  version: 2,
  inputs: isoInputs,
  outputs: z.strictObject({
    ref: refSchema.describe("The image."),
    sizeBytes: z.int().describe("Size of the image in bytes."),
  }),
  packages: [
    ...["grub-common", "grub-efi-amd64-bin", "grub-pc-bin"],
    ...["libburn4t64", "libisoburn1t64", "libisofs6t64", "xorriso"],
    ...["memtest86+", "squashfs-tools"],
  ],
  rules: (given, omitted = () => false) => isoProblems(given, omitted),
  plan: planIso,
  make: async (plan, ctx) => (await import("../../iso/build-iso.ts")).buildIso(plan, ctx),
});
