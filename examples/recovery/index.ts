import {
  Bootloader,
  BootTest,
  DiskImage,
  Filesystem,
  Initramfs,
  Kernel,
  PartitionLayout,
  Rootfs,
} from "bootwright";

const context = import.meta.dirname;
const rootfs = new Rootfs("recovery", {
  source: { dockerfile: { context, target: "recovery" } },
  hostname: "recovery",
});
const kernel = new Kernel("kernel", {
  kernels: new Rootfs("kernel-image", { source: { dockerfile: { context, target: "kernel" } } })
    .kernels,
});

/** The whole image in memory, with a root shell on the screen and on the first serial port. */
const initramfs = new Initramfs("initramfs", {
  tree: rootfs.ref,
  init: { supervise: true, consoles: ["tty1", "ttyS0"], welcome: "" },
});

const layout = new PartitionLayout("layout", {
  diskSizeMiB: 160,
  partitions: [{ name: "recovery", type: "fat32", bootable: true, label: "RECOVERY" }],
});
const partition = layout.layout.partitions[0]!;
const loader = new Bootloader("loader", {
  ...{ type: "syslinux", partition: "recovery", commandLine: "quiet" },
  kernel: { ref: kernel.ref },
  initrd: { ref: initramfs.ref },
});
const filesystem = new Filesystem("filesystem", {
  ...{ type: "fat32", partition, installs: loader.installs },
});
const disk = new DiskImage("disk", {
  ...{ layout: layout.layout, blobs: loader.blobs },
  filesystems: [{ partition: "recovery", content: filesystem.ref }],
});

const booted = new BootTest("boots", {
  image: disk.ref,
  expect: { serial: ["Boot took", "Recovery: testdisk"] },
});

/** Write it to a USB stick: `dd if=$(pulumi stack output path) of=/dev/… bs=4M`. */
export const path = disk.path;
export const initramfsBytes = initramfs.sizeBytes;
export const unpackedBytes = initramfs.unpackedBytes;
export const bootedInSeconds = booted.seconds;
