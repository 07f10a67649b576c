import * as pulumi from "@pulumi/pulumi";
import {
  Bootloader,
  BootTest,
  ConvertedImage,
  DiskImage,
  Filesystem,
  Initramfs,
  IsoImage,
  Kernel,
  PartitionLayout,
  Rootfs,
} from "bootwright";

const context = import.meta.dirname;
const isRelease = new pulumi.Config().getBoolean("release") ?? false;

const rootfs = new Rootfs("rootfs", {
  source: { dockerfile: { context } },
  hostname: "live",
  network: "dhcp",
});
const kernel = new Kernel("kernel", { kernels: rootfs.kernels });
const initramfs = new Initramfs("initramfs", { kernels: rootfs.kernels });

// What runs from the medium. Kernel and initrd lie beside it, so /boot need not be in it as well.
const squashfs = new Filesystem("squashfs", {
  ...{ type: "squashfs", tree: rootfs.ref },
  squashfs: { preset: isRelease ? "release" : "rebuild", exclude: ["/boot/*"] },
});

// What gets installed: the same tree as a disk.
const layout = new PartitionLayout("layout", {
  partitions: [{ name: "root", bootable: true, mountPoint: "/", sizing: rootfs.sizing }],
});
const root = layout.layout.partitions[0]!;
const loader = new Bootloader("loader", {
  ...{ rootUuid: root.uuid, consoles: ["tty0", "ttyS0"] },
  kernel: { ref: kernel.ref, path: kernel.path },
  initrd: { ref: initramfs.ref, path: initramfs.path },
});
const disk = new DiskImage("disk", {
  ...{ layout: layout.layout, blobs: loader.blobs },
  filesystems: [
    {
      partition: "root",
      content: new Filesystem("root", {
        ...{ tree: rootfs.ref, partition: root, installs: loader.installs },
      }).ref,
    },
  ],
});
const image = new ConvertedImage("image", { image: disk.ref, format: "zst" });

/** An ISO has its time as its UUID: that of `sourceDateEpoch`. */
const medium = "2025-01-01-00-00-00-00";

const iso = new IsoImage("iso", {
  ...{ layout: "live", seed: "live-iso", name: "Debian", volumeId: "LIVE" },
  ...{ kernel: kernel.ref, initrd: initramfs.ref, squashfs: squashfs.ref },
  files: [{ path: "/machine.img.zst", content: image.ref }],
  entries: [
    { title: "Try Debian without installing", commandLine: "quiet" },
    {
      title: "Install Debian",
      commandLine: pulumi.interpolate`quiet systemd.unit=install.target bootwright.medium=${medium} bootwright.bytes=${image.virtualSizeBytes} bootwright.sha256=${image.rawSha256}`,
    },
    // With "quiet" nobody would be told that a medium is good.
    { title: "Check the medium for defects", commandLine: "verify-checksums" },
    { title: "Test the memory", memtest: true },
  ],
  timeoutSeconds: 5,
});

const proof = new BootTest("boots", {
  ...{ image: iso.ref, media: "cdrom", timeoutSeconds: 1200 },
  expect: { serial: ["Try Debian without installing", "live login:"] },
});

/** What a person sees first; GRUB counts when it has drawn its menu on every console. */
const menu = new BootTest("menu", {
  ...{ image: iso.ref, media: "cdrom", screenshot: true },
  expect: { serial: ["Test the memory", "will be executed automatically"] },
});

/** Burn it, or write it to a USB stick: `dd if=$(pulumi stack output path) of=/dev/… bs=4M`. */
export const path = iso.path;
export const isoBytes = iso.sizeBytes;
export const squashfsBytes = squashfs.sizeBytes;
export const bootedInSeconds = proof.seconds;
/** A picture of the menu, in the store. */
export const menuPicture = menu.screenshotPath;
