import * as pulumi from "@pulumi/pulumi";
import {
  Bootloader,
  BootTest,
  DiskImage,
  Filesystem,
  Kernel,
  PartitionLayout,
  Rootfs,
} from "bootwright";

const context = import.meta.dirname;
const busybox = new Rootfs("busybox", { source: { dockerfile: { context } } });
/** It finds its disk and mounts a squashfs by itself, so there is no initrd. */
const kernel = new Kernel("kernel", {
  source: { package: "linux-source-6.1" },
  preset: "tiny-virtio",
});
/** As large as what it holds, compressed. */
const root = new Filesystem("root", { type: "squashfs", tree: busybox.ref });

const { layout } = new PartitionLayout("layout", {
  table: "gpt",
  roundToMiB: 1,
  partitions: [
    { name: "esp", type: "esp", sizeMiB: 48, label: "ESP" },
    { name: "root", type: "linux-root-x86-64", filesystem: "squashfs", sizeMiB: 16 },
  ],
});
const [esp, system] = [0, 1].map((index) => pulumi.output(layout).partitions[index]!);

/** systemd-boot on the ESP, and for each entry one file with kernel and command line. */
const { installs, blobs } = new Bootloader("loader", {
  type: "systemd-boot-uki",
  layout,
  kernel: { ref: kernel.ref },
  commandLine: pulumi.interpolate`ro root=PARTUUID=${system!.partUuid}`,
  consoles: ["ttyS0"],
  entries: [
    { title: "A root that stays as it is", commandLine: "quiet" },
    { title: "The same, saying what it does" },
  ],
  timeoutSeconds: 1,
});

const disk = new DiskImage("disk", {
  layout,
  filesystems: [
    {
      partition: "esp",
      content: new Filesystem("esp", { type: "fat32", partition: esp!, installs }).ref,
    },
    { partition: "root", content: root.ref },
  ],
  blobs,
});
const bootTest = new BootTest("boots", {
  image: disk.ref,
  firmware: "uefi",
  memoryMiB: 256,
  expect: {
    serial: [
      "A root that stays as it is",
      "Started with: ro root=PARTUUID=",
      " / squashfs ro,",
      "/written: Read-only file system",
      "Nothing writes to its root.",
      "/ # ",
    ],
  },
});

/** The raw disk. */
export const path = disk.path;
export const rootBytes = root.sizeBytes;
/** From power-on to the prompt. */
export const bootedInSeconds = bootTest.seconds;
