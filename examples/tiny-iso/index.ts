import { BootTest, Initramfs, IsoImage, Kernel, Rootfs } from "bootwright";

const context = import.meta.dirname;
const busybox = new Rootfs("busybox", { source: { dockerfile: { context } } });
const kernel = new Kernel("kernel", {
  source: { package: "linux-source-6.1" },
  preset: "tiny-serial",
});
const initramfs = new Initramfs("initramfs", { tree: busybox.ref, init: { supervise: true } });

const iso = new IsoImage("iso", {
  seed: "tiny-iso",
  name: "A tiny Linux",
  volumeId: "TINY",
  kernel: kernel.ref,
  initrd: initramfs.ref,
  entries: [
    { title: "A tiny Linux", commandLine: "quiet" },
    { title: "A tiny Linux that says what it does" },
  ],
  timeoutSeconds: 1,
  consoles: ["ttyS0"],
});

/** Every way in which a PC can start from it. */
const proofs = (["cdrom", "disk", "usb"] as const).flatMap((media) =>
  (["bios", "uefi"] as const).map(
    (firmware) =>
      new BootTest(`boots-as-${media}-by-${firmware}`, {
        ...{ image: iso.ref, media, firmware, memoryMiB: 256 },
        expect: { serial: ["A tiny Linux", "Boot took", "/ # "] },
      }),
  ),
);

/** Burn it, or write it to a USB stick: `dd if=$(pulumi stack output path) of=/dev/… bs=4M`. */
export const path = iso.path;
export const isoBytes = iso.sizeBytes;
export const bootedInSeconds = proofs.map((proof) => proof.seconds);
