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
const busybox = new Rootfs("busybox", { source: { dockerfile: { context } } });
const kernel = new Kernel("kernel", {
  source: { package: "linux-source-6.1" },
  preset: "tiny-serial",
});
/** The whole image, which runs from memory. */
const initramfs = new Initramfs("initramfs", { tree: busybox.ref, init: { supervise: true } });

const welcome = ["Boot took", "Welcome to your Docker image based Linux.", "/ # "];

/** Without a disk, as `qemu-system-x86_64 -kernel -initrd` starts it. */
const direct = new BootTest("boots-directly", {
  kernel: kernel.ref,
  initrd: initramfs.ref,
  commandLine: "console=ttyS0",
  memoryMiB: 128,
  expect: { serial: welcome },
});

/** A disk of one bootable FAT with SYSLINUX, the kernel and the initramfs, and the proof that it starts. */
function makeDisk(name: string, diskSizeMiB: number, type: "fat12" | "fat16", menuTitle?: string) {
  const { layout } = new PartitionLayout(`${name}-layout`, {
    diskSizeMiB,
    partitions: [{ name: "boot", type, bootable: true, label: "TINY" }],
  });
  const { installs, blobs } = new Bootloader(`${name}-loader`, {
    type: "syslinux",
    partition: "boot",
    kernel: { ref: kernel.ref },
    initrd: { ref: initramfs.ref },
    commandLine: "",
    consoles: ["ttyS0"],
    ...(menuTitle ? { menuTitle, timeoutSeconds: 1 } : {}),
  });
  const partition = layout.partitions[0]!;
  const filesystem = new Filesystem(`${name}-filesystem`, { type, partition, installs });
  const filesystems = [{ partition: "boot", content: filesystem.ref }];
  const disk = new DiskImage(name, { layout, filesystems, blobs });
  const bootTest = new BootTest(`boots-${name}`, {
    image: disk.ref,
    memoryMiB: 128,
    expect: { serial: ["SYSLINUX", ...(menuTitle ? [menuTitle] : []), ...welcome] },
  });
  return { path: disk.path, bootedInSeconds: bootTest.seconds };
}

/** The article's: 100 MB, of which 3 MB are used, with a menu that waits for a second. */
export const disk = makeDisk("disk", 100, "fat16", "A tiny Linux");
/** The same without the menu. */
export const plain = makeDisk("plain", 100, "fat16");
/** The smallest disk in whole MiB that holds the same: the first one is the partition table's. */
export const small = makeDisk("small", 4, "fat12");

/** As the boot loader reads them. */
export const kernelBytes = kernel.sizeBytes;
export const initramfsBytes = initramfs.sizeBytes;
/** What the initramfs takes in the machine's memory. */
export const unpackedBytes = initramfs.unpackedBytes;
/** From power-on to the prompt. */
export const bootedInSeconds = direct.seconds;
