import { bootloaderProblems } from "../../boot/bootloader-rules.ts";
import { bootloaderInputs, bootloaderOutputs } from "../../boot/bootloader-schema.ts";
import { installEfiStub } from "../../boot/install-efi-stub.ts";
import { installGrub } from "../../boot/install-grub.ts";
import { installSyslinux } from "../../boot/install-syslinux.ts";
import { installSystemdBoot } from "../../boot/install-systemd-boot.ts";
import { observeBootloader } from "../../boot/observe-bootloader.ts";
import { planBootloader } from "../../boot/plan-bootloader.ts";
import { defineResource } from "../../resource.ts";

/**
 * What makes a disk start: files for filesystems, and boot code for the disk.
 * Changes when its text does, or the boot loader; a new kernel at the same path of the tree changes nothing.
 *
 * @example
 * new Bootloader("boot", {
 *   rootUuid: layout.layout.partitions[0].uuid,
 *   kernel: { ref: kernel.ref, path: kernel.path },
 *   initrd: { ref: initramfs.ref, path: initramfs.path },
 * });
 */
export const Bootloader = defineResource({
  name: "Bootloader",
  description: "What makes a disk start: files for filesystems, and boot code for the disk.",
  version: 1,
  inputs: bootloaderInputs,
  outputs: bootloaderOutputs,
  packages: [
    ...["syslinux", "syslinux-common"],
    ...["grub-common", "grub-efi-amd64-bin", "grub-pc-bin"],
    ...["python3-pefile", "systemd-boot-efi", "systemd-ukify"],
  ],
  secrets: ["signingKey"],
  rules: (given, omitted = (input) => given[input] === undefined) =>
    bootloaderProblems(given, omitted),
  observe: observeBootloader,
  plan: planBootloader,
  make: async (plan, ctx) => {
    if (plan.method === "grub") return installGrub(plan, ctx);
    if (plan.method === "systemd-boot") return installSystemdBoot(plan, ctx);
    return plan.method === "efi-stub" ? installEfiStub(plan, ctx) : installSyslinux(plan, ctx);
  },
});
