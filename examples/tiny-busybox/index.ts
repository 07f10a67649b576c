import { BootTest, Initramfs, Kernel, Rootfs } from "bootwright";

const context = import.meta.dirname;
const busybox = new Rootfs("busybox", { source: { dockerfile: { context } } });
const kernelImage = new Rootfs("kernel-image", {
  source: { dockerfile: { context, file: "kernel.Dockerfile" } },
});
const kernel = new Kernel("kernel", { kernels: kernelImage.kernels });

/** The whole image, which runs from memory: no disk, no boot loader. */
const initramfs = new Initramfs("initramfs", { tree: busybox.ref, init: { supervise: true } });

const bootTest = new BootTest("boots", {
  kernel: kernel.ref,
  initrd: initramfs.ref,
  commandLine: "console=ttyS0 quiet",
  memoryMiB: 128,
  expect: { serial: ["Boot took", "Welcome to your Docker image based Linux.", "/ # "] },
});

/** Compressed, as a boot loader reads it. */
export const initramfsBytes = initramfs.sizeBytes;
/** What it takes in the machine's memory. */
export const unpackedBytes = initramfs.unpackedBytes;
/** From power-on to the prompt. */
export const bootedInSeconds = bootTest.seconds;
