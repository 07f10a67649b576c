import * as pulumi from "@pulumi/pulumi";
import {
  Bootloader,
  BootTest,
  ConvertedImage,
  DiskImage,
  Filesystem,
  Initramfs,
  Kernel,
  PartitionLayout,
  Rootfs,
} from "bootwright";

const context = import.meta.dirname;

const kernel = new Kernel("kernel", {
  kernels: new Rootfs("kernel-image", { source: { dockerfile: { context, target: "kernel" } } })
    .kernels,
});

// The machine that gets installed: a kernel and a busybox in memory, and a partition for what has to stay.
const machine = new Rootfs("machine", { source: { dockerfile: { context, target: "machine" } } });
const machineLayout = new PartitionLayout("machine-layout", {
  table: "gpt",
  diskSizeMiB: 114,
  partitions: [
    { name: "boot", type: "fat16", sizeMiB: 48, bootable: true },
    { name: "data", sizeMiB: 64, label: "data" },
  ],
});
const machineLoader = new Bootloader("machine-loader", {
  ...{ type: "syslinux", table: "gpt", partition: "boot", commandLine: "quiet" },
  kernel: { ref: kernel.ref },
  initrd: {
    ref: new Initramfs("machine-initramfs", { tree: machine.ref, init: { supervise: true } }).ref,
  },
});
const disk = new DiskImage("machine-disk", {
  layout: machineLayout.layout,
  blobs: machineLoader.blobs,
  filesystems: [
    {
      partition: "boot",
      content: new Filesystem("machine-boot", {
        ...{
          type: "fat16",
          partition: machineLayout.layout.partitions[0]!,
          installs: machineLoader.installs,
        },
      }).ref,
    },
    {
      partition: "data",
      content: new Filesystem("machine-data", {
        ...{ tree: machine.ref, subtree: "/data", partition: machineLayout.layout.partitions[1]! },
      }).ref,
    },
  ],
});

// The medium: one FAT filesystem with SYSLINUX, the installer as an initramfs, and the machine's disk, compressed.
const image = new ConvertedImage("image", { image: disk.ref, format: "zst" });
const installer = new Rootfs("installer", {
  source: { dockerfile: { context, target: "installer" } },
});
const layout = new PartitionLayout("layout", {
  diskSizeMiB: 128,
  partitions: [{ name: "medium", type: "fat32", bootable: true, label: "INSTALLER" }],
});
const partition = layout.layout.partitions[0]!;
const installOn = new pulumi.Config().get("installOn");
const initramfs = new Initramfs("initramfs", {
  ...{ tree: installer.ref, init: { supervise: true, welcome: "" } },
});
const loader = new Bootloader("loader", {
  ...{ type: "syslinux", partition: "medium" },
  kernel: { ref: kernel.ref },
  initrd: { ref: initramfs.ref },
  commandLine: pulumi.interpolate`quiet bootwright.medium=${partition.uuid} bootwright.bytes=${image.virtualSizeBytes} bootwright.sha256=${image.rawSha256}${installOn ? ` bootwright.install=${installOn}` : ""}`,
});
const filesystem = new Filesystem("medium", {
  ...{ type: "fat32", partition, installs: loader.installs },
  files: [{ path: "/machine.img.zst", content: image.ref }],
});

const installerDisk = new DiskImage("installer-disk", {
  ...{ layout: layout.layout, blobs: loader.blobs },
  filesystems: [{ partition: "medium", content: filesystem.ref }],
});

/** A machine that has no other disk: it finds what to install, and has nothing to install it to. */
const booted = new BootTest("boots", {
  image: installerDisk.ref,
  expect: { serial: ["Boot took", "cannot be chosen, it holds the installer", "Which disk?"] },
});

/** Write it to a USB stick: `dd if=$(pulumi stack output medium) of=/dev/… bs=4M`. */
export const medium = installerDisk.path;
/** The installer as the boot loader reads it, and in memory; the machine as the medium holds it. */
export const initramfsBytes = initramfs.sizeBytes;
export const unpackedBytes = initramfs.unpackedBytes;
export const imageBytes = image.sizeBytes;
export const bootedInSeconds = booted.seconds;
