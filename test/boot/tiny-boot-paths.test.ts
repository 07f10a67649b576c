import { copyFile, mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { findStep } from "../../provider/flow/index.ts";
import type { Ref } from "../../provider/plan/ref.ts";
import { testContext } from "../context.ts";
import { type BootPath, biosBoot, type Content, diskOf, esp, make } from "./boot-path.ts";
import { tinyKernel } from "./tiny-kernel.ts";

/** What a machine knows of its own start: UEFI's loaders leave variables, those of a BIOS a number (boot protocol of x86, type_of_loader). */
const init = `#!/bin/sh
mount -t proc proc /proc
mount -t sysfs sysfs /sys
variable() {
  file=/sys/firmware/efi/efivars/$1-4a67b082-0a4c-41cf-b6c7-440b29bb8c4f
  test ! -e $file || tail -c +5 $file | tr -d '\\000'
}
firmware=bios
test ! -d /sys/firmware/efi || firmware=uefi
test $firmware = bios || mount -t efivarfs efivarfs /sys/firmware/efi/efivars
test ! -e /etc/fstab || mount -a
# The line of whoever cleared the screen.
echo
echo "firmware: $firmware"
echo "loader type:" $(od -An -tx1 -j528 -N1 /sys/kernel/boot_params/data)
echo "loader: $(variable LoaderInfo)"
echo "stub: $(variable StubInfo)"
echo "command line: $(cat /proc/cmdline)"
echo "root: $(grep ' / ' /proc/mounts)"
echo "boot: $(grep ' /boot ' /proc/mounts)"
echo "files:" $(ls /boot)
echo "that is all"
exec sleep 1000
`;
const Dockerfile = `FROM busybox
RUN mkdir -p /proc /sys /dev
COPY vmlinuz-tiny /boot/
COPY --chmod=755 init /sbin/
`;

let ctx: Awaited<ReturnType<typeof testContext>>;
/** With a kernel that the boot loader places, and with the image's own. */
let contents: Record<"placed" | "image's", Content>;
beforeAll(async () => {
  ctx = await testContext({ find: findStep });
  const { ref: kernel } = await tinyKernel(ctx, "tiny-virtio");
  const context = join(ctx.cwd, "image");
  await mkdir(context);
  await writeFile(join(context, "Dockerfile"), Dockerfile);
  await writeFile(join(context, "init"), init);
  await copyFile(ctx.store.path("file", kernel.digest), join(context, "vmlinuz-tiny"));
  const { ref, kernels } = await make("Rootfs", { source: { dockerfile: { context } } }, ctx);
  const tree = ref as Ref;
  const own = await make("Kernel", { kernels }, ctx);
  contents = {
    placed: { tree, kernel },
    "image's": { tree, kernel: own.ref as Ref, kernelPath: String(own.path) },
  };
});
afterAll(() => ctx?.dispose());

const wrong = { title: "Not this one", commandLine: "init=/nothing panic=-1" };
const right = { title: "It's this one", commandLine: "chosen=$this;{one}" };
const menu = { timeoutSeconds: 1, entries: [wrong, right], defaultEntry: 1 };
const submenu = { ...menu, entries: [wrong, { ...right, submenu: "More ways" }] };
const fatBoot = { name: "boot", type: "fat16", mountPoint: "/boot", sizeMiB: 32 };
const ext4Boot = { name: "boot", mountPoint: "/boot", sizeMiB: 64 };
const fromBoot = { ...menu, partition: "boot" };
const fromEsp = { ...submenu, partition: "esp" };

interface Row {
  readonly path: BootPath;
  readonly kernel: "placed" | "image's";
  readonly firmware: "bios" | "uefi";
  /** What the machine finds: who started it, the path of its kernel for those who tell it, and what is on /boot. */
  readonly finds: Record<"loader" | "stub" | "loader type", RegExp>;
  readonly told?: string;
  readonly boot?: string;
}

// GRUB leaves no variable, but tells the kernel its own path (`told`), which nothing else that UEFI starts does.
const nobody = { loader: /^$/, stub: /^$/ };
const bySyslinux = { ...nobody, "loader type": /^3.$/ };
const byGrub = { ...nobody, "loader type": /^72$/ };
const byUefi = { ...nobody, "loader type": /^21$/ };
const bySystemdBoot = { ...byUefi, loader: /^systemd-boot \d/ };
const stub = /^systemd-stub \d/;

test.each<[string, Row]>([
  [
    "extlinux (BIOS)",
    {
      path: { table: "mbr", before: [], bootloader: { type: "extlinux" } },
      ...{ kernel: "placed", firmware: "bios", finds: bySyslinux, told: "/boot/vmlinuz" },
    },
  ],
  [
    "GRUB in the gap of an MBR disk, with /boot on FAT",
    {
      path: { table: "mbr", before: [fatBoot], bootloader: { type: "grub-bios", ...fromBoot } },
      ...{ kernel: "placed", firmware: "bios", finds: byGrub, told: "/vmlinuz" },
      boot: "/dev/vda1 /boot vfat rw,",
    },
  ],
  [
    "GRUB in a BIOS boot partition, with /boot on an ext4 of its own",
    {
      path: {
        ...{ table: "gpt", before: [biosBoot, ext4Boot] },
        bootloader: { type: "grub-bios", ...fromBoot },
      },
      ...{ kernel: "image's", firmware: "bios", finds: byGrub, told: "/vmlinuz-tiny" },
      boot: "/dev/vda2 /boot ext4 rw,",
    },
  ],
  [
    "GRUB (UEFI) with its menu and the kernel on the ESP",
    {
      path: { table: "gpt", before: [esp], bootloader: { type: "grub-uefi", ...fromEsp } },
      ...{ kernel: "placed", firmware: "uefi", finds: byUefi, told: "/boot/vmlinuz" },
    },
  ],
  ...(["bios", "uefi"] as const).map((firmware): [string, Row] => [
    `GRUB for both, by ${firmware}`,
    {
      path: {
        ...{ table: "gpt", before: [biosBoot, esp] },
        bootloader: { type: "grub-hybrid", ...submenu },
      },
      ...{ kernel: "image's", firmware, told: "/boot/vmlinuz-tiny" },
      finds: firmware === "bios" ? byGrub : byUefi,
    },
  ]),
  [
    "systemd-boot",
    {
      path: { table: "gpt", before: [esp], bootloader: { type: "systemd-boot", ...menu } },
      ...{ kernel: "placed", firmware: "uefi", finds: bySystemdBoot },
    },
  ],
  [
    "systemd-boot with a UKI for each entry",
    {
      path: { table: "gpt", before: [esp], bootloader: { type: "systemd-boot-uki", ...menu } },
      ...{ kernel: "image's", firmware: "uefi", finds: { ...bySystemdBoot, stub } },
    },
  ],
  [
    "a UKI alone",
    {
      path: { table: "gpt", before: [esp], bootloader: { type: "uki" } },
      ...{ kernel: "placed", firmware: "uefi", finds: { ...byUefi, stub } },
    },
  ],
])("%s", async (what, { path, kernel, firmware, finds, told, boot }) => {
  const { disk, layout } = await diskOf(path, contents[kernel], ctx);
  const hasMenu = "entries" in path.bootloader;
  const serial = [...(hasMenu ? ["this one"] : []), "that is all"];
  const given = { image: disk, firmware, memoryMiB: 256, timeoutSeconds: 300, expect: { serial } };
  const { logPath, seconds } = await make("BootTest", given, ctx);
  console.log(`${what}: ${seconds} s`);
  const log = await readFile(join(ctx.store.root, String(logPath)), "latin1");
  const said = (name: string) => new RegExp(`^${name}: ?(.*?)\r?$`, "m").exec(log)?.[1];
  expect(said("firmware")).toBe(firmware);
  for (const [name, text] of Object.entries(finds)) expect(said(name), name).toMatch(text);
  expect(said("command line")?.split(" ")).toEqual([
    ...(told ? [`BOOT_IMAGE=${told}`] : []),
    ...["no_timer_check", "quiet", "ro", `root=PARTUUID=${layout.partitions.at(-1)?.partUuid}`],
    ...(hasMenu ? [right.commandLine] : []),
    "console=ttyS0,115200",
  ]);
  expect(said("root")).toMatch(/^\/dev\/root \/ ext4 /);
  expect(said("boot")).toMatch(boot ? new RegExp(`^${boot}`) : /^$/);
  expect(said("files")?.split(" ")).toContain("vmlinuz-tiny");
});
