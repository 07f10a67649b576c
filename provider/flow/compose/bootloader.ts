import { z } from "zod";
import { takeLoader, takeSyslinuxFiles } from "../../boot/syslinux.ts";
import type { InputProblem } from "../../errors.ts";
import { kernelArguments, syslinuxConfig } from "../../plan/boot-config.ts";
import {
  type BootInstall,
  diskBlobSchema,
  installSchema,
  type PlacedFile,
} from "../../plan/boot-files.ts";
import { tableSchema } from "../../plan/layout.ts";
import { type Ref, refSchema } from "../../plan/ref.ts";
import { type Context, defineResource } from "../../resource.ts";

const printable = /^[ -~]*$/;
const bootFileSchema = z
  .strictObject({
    ref: refSchema.describe("The file."),
    path: z
      .string()
      .regex(/^$|^\/[!-~]+$/, "must be an absolute path without spaces, or empty")
      .default("")
      .describe("Where it lies in the partition's filesystem; empty to have it placed in /boot."),
  })
  .meta({ id: "BootFile", description: "A kernel or an initrd." });

const inputs = z.strictObject({
  type: z.enum(["extlinux"]).default("extlinux").describe("Which boot loader."),
  table: tableSchema
    .default("mbr")
    .describe("Kind of partition table, in which it looks for the bootable partition."),
  partition: z.string().min(1).default("root").describe("Partition with the boot loader's files."),
  rootUuid: z
    .string()
    .regex(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/, "must be a UUID in lower case")
    .describe("UUID of the root filesystem, such as `layout.partitions[0].uuid`."),
  kernel: bootFileSchema.describe("The kernel."),
  initrd: bootFileSchema.optional().describe("The initial RAM filesystem."),
  commandLine: z
    .string()
    .regex(printable, "must be printable ASCII on one line")
    .default("rw")
    .describe("Arguments for the kernel; root and consoles are added."),
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

/** Where a kernel and an initrd go that are not in the tree. */
const placedPaths = { kernel: "/boot/vmlinuz", initrd: "/boot/initrd.img" };

/** Longest command line of a kernel (COMMAND_LINE_SIZE of x86 less its end). */
const commandLineBytes = 2047;

function rules(given: Partial<Inputs>): InputProblem[] {
  const { commandLine = "", consoles = [], menuTitle, timeoutSeconds, kernel, initrd } = given;
  const problems: InputProblem[] = [];
  for (const [argument, source] of Object.entries({ root: "rootUuid", initrd: "initrd" }))
    if (commandLine.split(" ").some((word) => word.startsWith(`${argument}=`)))
      problems.push({
        property: "commandLine",
        reason: `has "${argument}=", which ${source} sets`,
      });
  if (menuTitle !== undefined && timeoutSeconds === 0)
    problems.push({
      property: "timeoutSeconds",
      reason: "is 0 but a menu needs time to be seen (set it to at least 1)",
    });
  const rootUuid = given.rootUuid ?? "";
  const whole = [
    `BOOT_IMAGE=${kernel?.path}`,
    kernelArguments({ commandLine, consoles, rootUuid }),
    `initrd=${initrd?.path}`,
  ].join(" ");
  if (whole.length > commandLineBytes)
    problems.push({
      property: "commandLine",
      reason: `makes a command line of ${whole.length} bytes with root and consoles but the kernel takes ${commandLineBytes}`,
    });
  return problems;
}

/** What decides the bytes: of a kernel in the tree its path, of another its content. */
function plan({ kernel, initrd, ...given }: Inputs) {
  const placed = [
    ...(kernel.path === "" ? [{ path: placedPaths.kernel, content: kernel.ref }] : []),
    ...(initrd?.path === "" ? [{ path: placedPaths.initrd, content: initrd.ref }] : []),
  ];
  return {
    partition: given.partition,
    table: given.table,
    menu: given.menuTitle !== undefined,
    config: syslinuxConfig({
      ...given,
      kernelPath: kernel.path || placedPaths.kernel,
      initrdPath: initrd && (initrd.path || placedPaths.initrd),
    }),
    placed,
  };
}

type Plan = ReturnType<typeof plan>;

async function make({ partition, table, menu, config, placed }: Plan, ctx: Context) {
  const bootCode = table === "gpt" ? "mbr/gptmbr.bin" : "mbr/mbr.bin";
  const modules = ["ldlinux.c32", ...(menu ? ["menu.c32", "libcom32.c32", "libutil.c32"] : [])];
  const put = async (bytes: Uint8Array): Promise<Ref> => ({
    kind: "file",
    digest: await ctx.store.putBytes(bytes),
    recipe: "",
  });
  const names = [bootCode, ...modules.map((name) => `modules/bios/${name}`)];
  const [[bootCodeBytes = new Uint8Array(), ...moduleBytes], loader] = await Promise.all([
    takeSyslinuxFiles(names, ctx),
    takeLoader(ctx),
  ]);
  const files: PlacedFile[] = [
    { path: "/boot/ldlinux.sys", mode: 0o444, content: await put(loader.ldlinuxSys) },
  ];
  for (const [index, name] of modules.entries()) {
    const bytes = moduleBytes[index] ?? new Uint8Array();
    files.push({ path: `/boot/${name}`, mode: 0o644, content: await put(bytes) });
  }
  const text = Buffer.from(config);
  files.push({ path: "/boot/syslinux.cfg", mode: 0o644, content: await put(text) });
  files.push(...placed.map((file) => ({ ...file, mode: 0o644 })));
  const install: BootInstall = {
    partition,
    method: "extlinux",
    directory: "/boot",
    files,
    bootSector: await put(loader.bootSector),
  };
  return { installs: [install], blobs: [{ offsetBytes: 0, content: await put(bootCodeBytes) }] };
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
  rules,
  plan,
  make,
});
