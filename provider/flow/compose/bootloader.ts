import { z } from "zod";
import { bootloaderProblems } from "../../boot/bootloader-rules.ts";
import { type EfiStubPlan, installEfiStub } from "../../boot/install-efi-stub.ts";
import { installSyslinux, type SyslinuxPlan } from "../../boot/install-syslinux.ts";
import { syslinuxConfig } from "../../plan/boot-config.ts";
import { diskBlobSchema, installSchema } from "../../plan/boot-files.ts";
import { tableSchema } from "../../plan/layout.ts";
import { refSchema } from "../../plan/ref.ts";
import { defineResource } from "../../resource.ts";

const printable = /^[ -~]*$/;
const bootFileSchema = z
  .strictObject({
    ref: refSchema.describe("The file."),
    path: z
      .string()
      .regex(/^$|^\/[!-~]+$/, "must be an absolute path without spaces, or empty")
      .default("")
      .describe(
        "Where it lies in the ext4 that extlinux reads; empty to have it placed in /boot. On FAT it is always placed.",
      ),
  })
  .meta({ id: "BootFile", description: "A kernel or an initrd." });

const inputs = z.strictObject({
  type: z
    .enum(["extlinux", "syslinux", "efi-stub"])
    .default("extlinux")
    .describe(
      "Which boot loader: `extlinux` on ext4, `syslinux` on FAT, or none: `efi-stub` has the firmware start the kernel from an ESP.",
    ),
  table: tableSchema
    .default("mbr")
    .describe("Kind of partition table, in which it looks for the bootable partition."),
  partition: z.string().min(1).default("root").describe("Partition with the boot loader's files."),
  rootUuid: z
    .string()
    .regex(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/, "must be a UUID in lower case")
    .optional()
    .describe(
      "UUID of the root filesystem, such as `layout.partitions[0].uuid`; left out where the initrd is the whole machine.",
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
    .describe("Consoles of the kernel; the last is /dev/console."),
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
    .describe("Title of a menu; without it there is none."),
});

const outputs = z.strictObject({
  installs: z.array(installSchema).describe("What to do to which filesystem."),
  blobs: z.array(diskBlobSchema).describe("What to write outside the partitions."),
});

type Inputs = z.output<typeof inputs>;

/** Where a kernel and an initrd go that are not in the filesystem: on FAT under names of eight and three characters. */
const placedPaths = {
  extlinux: { directory: "/boot", kernel: "/boot/vmlinuz", initrd: "/boot/initrd.img" },
  syslinux: { directory: "/", kernel: "/vmlinuz", initrd: "/initrd.img" },
} as const;

/** What decides the bytes: of a kernel in the tree its path, of another its content. */
function plan({ type, kernel, initrd, ...given }: Inputs): SyslinuxPlan | EfiStubPlan {
  const { partition, table, menuTitle } = given;
  if (type === "efi-stub")
    return { method: type, partition, kernel: kernel.ref, initrd: initrd?.ref };
  const { directory, ...paths } = placedPaths[type];
  const place = ({ path, ref }: Inputs["kernel"], to: string) =>
    type === "extlinux" && path !== "" ? { path } : { path: to, content: ref };
  const placedKernel = place(kernel, paths.kernel);
  const placedInitrd = initrd && place(initrd, paths.initrd);
  return {
    ...{ method: type, partition, directory, table },
    menu: menuTitle !== undefined,
    config: syslinuxConfig({
      ...given,
      kernelPath: placedKernel.path,
      initrdPath: placedInitrd?.path,
    }),
    placed: [placedKernel, placedInitrd].flatMap((file) =>
      file?.content ? [{ path: file.path, content: file.content }] : [],
    ),
  };
}

/**
 * What makes a disk start: files for a filesystem, and boot code for the disk's first bytes.
 * Changes when its text does, or SYSLINUX; a new kernel at the same path of the tree changes nothing.
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
  description: "What makes a disk start: files for a filesystem, and boot code for the disk.",
  version: 1,
  inputs,
  outputs,
  packages: ["syslinux", "syslinux-common"],
  rules: (given, omitted = (input) => given[input] === undefined) =>
    bootloaderProblems(given, omitted),
  plan,
  make: async (request, ctx) =>
    request.method === "efi-stub" ? installEfiStub(request, ctx) : installSyslinux(request, ctx),
});
