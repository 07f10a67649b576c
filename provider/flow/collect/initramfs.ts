import { z } from "zod";
import { refSchema } from "../../plan/ref.ts";
import { chooseInitrd, treeKernelSchema } from "../../plan/tree-kernel.ts";
import { defineResource } from "../../resource.ts";
import { bootFileSteps } from "./boot-file.ts";
import { givenFileSchema } from "./given-file.ts";

const inputs = z.strictObject({
  kernels: z
    .array(treeKernelSchema)
    .optional()
    .describe("Kernels of the image with their initrds: `rootfs.kernels`; exclusive with file."),
  version: z
    .string()
    .min(1)
    .optional()
    .describe(
      "The initrd of which kernel; by default of the newest. Of a file, what it is called.",
    ),
  file: givenFileSchema.optional().describe("An initrd from a file; exclusive with kernels."),
});

const outputs = z.strictObject({
  ref: refSchema.describe("The initial RAM filesystem."),
  version: z.string().describe("Version of its kernel; empty for a file without one."),
  path: z.string().describe("Where it lies in the tree; empty when it is not in the tree."),
});

/**
 * The initial RAM filesystem of a machine: the one beside a kernel of the image, or a file.
 * Changes when its bytes, version or path do; from the image it copies nothing.
 *
 * @example
 * new Initramfs("initrd", { kernels: rootfs.kernels });
 */
export const Initramfs = defineResource({
  name: "Initramfs",
  description: "The initial RAM filesystem of a machine: the image's own, or a file.",
  version: 1,
  inputs,
  outputs,
  ...bootFileSteps(chooseInitrd),
});
