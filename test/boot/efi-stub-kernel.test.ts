import { execa } from "execa";
import { afterAll, beforeAll, expect, test } from "vitest";
import { findResource, findStep } from "../../provider/flow/index.ts";
import { checkInputs } from "../../provider/lifecycle/check.ts";
import { put } from "../../provider/lifecycle/operate.ts";
import { testContext } from "../context.ts";
import { makeProject, type Project, type Run } from "../promises/project.ts";
import { keptKernel, type TinyKernel } from "./tiny-kernel.ts";

/** What a kernel needs to be the whole machine: the firmware tells it nothing. */
const wishes = {
  source: { package: "linux-source-6.1" },
  preset: "tiny-serial",
  options: [
    { name: "ACPI", value: "y" },
    { name: "EFI", value: "y" },
    { name: "EFI_STUB", value: "y" },
    { name: "CMDLINE_BOOL", value: "y" },
    { name: "CMDLINE", value: "console=ttyS0" },
  ],
};
const init = { supervise: true };
const program = `import * as bw from "bootwright";
const busybox = new bw.Rootfs("busybox", { source: { image: "busybox" } });
const { ref: initramfs } = new bw.Initramfs("initramfs", { tree: busybox.ref, init: ${JSON.stringify(init)} });
const kernel = new bw.Kernel("kernel", { ...${JSON.stringify(wishes)}, initramfs });
const { layout } = new bw.PartitionLayout("layout", {
  partitions: [{ name: "esp", type: "esp", filesystem: "fat16" }],
  diskSizeMiB: 8,
});
const { installs } = new bw.Bootloader("none", {
  type: "efi-stub",
  partition: "esp",
  kernel: { ref: kernel.ref },
});
const filesystem = new bw.Filesystem("esp", {
  type: "fat16",
  partition: layout.partitions[0],
  installs,
});
const filesystems = [{ partition: "esp", content: filesystem.ref }];
const disk = new bw.DiskImage("disk", { layout, filesystems });
const bootTest = new bw.BootTest("boots", {
  ...{ image: disk.ref, firmware: "uefi", memoryMiB: 256, timeoutSeconds: 900 },
  expect: { serial: ["Linux version", "Boot took", "Welcome to your Docker image based Linux.", "/ # "] },
});
export const { seconds } = bootTest;
export const { path } = disk;
export const kernelBytes = kernel.sizeBytes;
`;

let project: Project;
let kernel: TinyKernel;
let run: Run;
beforeAll(async () => {
  project = await makeProject(program, {});
  const ctx = await testContext({ find: findStep, storeRoot: project.store });
  const make = async (name: string, given: Record<string, unknown>) => {
    const resource = findResource(name)!;
    return put(resource, (await checkInputs(resource, given, ctx)).inputs, ctx);
  };
  try {
    const { ref: tree } = await make("Rootfs", { source: { image: "busybox" } });
    const { ref: initramfs } = await make("Initramfs", { tree, init });
    kernel = await keptKernel(ctx, { ...wishes, initramfs });
  } finally {
    await ctx.dispose();
  }
  run = await project.up();
});
afterAll(() => project?.dispose());

test("UEFI starts a kernel of 6.1 with the whole machine in it, without a boot loader, from pulumi up to its shell", () => {
  console.log(`EFI stub: ${kernel.sizeBytes} bytes, at its shell after ${run.outputs.seconds} s`);
  expect(run.outputs).toMatchObject({ kernelBytes: kernel.sizeBytes });
  expect(run.outputs.seconds).toBeGreaterThan(0);
});

test("nothing but the kernel is on the disk", async () => {
  const image = `${run.outputs.path}@@1M`;
  const { stdout } = await execa("mdir", ["-b", "-/", "-i", image, "::/"]);
  const files = stdout.split("\n").filter((line) => line !== "" && !line.endsWith("/"));
  expect(files).toEqual(["::/EFI/BOOT/BOOTX64.EFI"]);
});
