import { z } from "zod";
import { refSchema } from "../../plan/ref.ts";
import { chooseKernel, treeKernelSchema } from "../../plan/tree-kernel.ts";
import { defineResource } from "../../resource.ts";
import { bootFileSteps } from "./boot-file.ts";
import { givenFileSchema } from "./given-file.ts";

const inputs = z.strictObject({
  kernels: z
    .array(treeKernelSchema)
    .optional()
    .describe("Kernels of the image: `rootfs.kernels`; exclusive with file."),
  version: z
    .string()
    .min(1)
    .optional()
    .describe("Which kernel of the image; by default the newest. Of a file, what it is called."),
  file: givenFileSchema.optional().describe("A kernel from a file; exclusive with kernels."),
});

const outputs = z.strictObject({
  ref: refSchema.describe("The kernel."),
  version: z.string().describe("Its version; empty for a file without one."),
  path: z.string().describe("Where it lies in the tree; empty when it is not in the tree."),
});

/**
 * The kernel of a machine: one of the image's own, or a file.
 * Changes when the kernel's bytes, version or path do; from the image it copies nothing.
 *
 * @example
 * new Kernel("kernel", { kernels: rootfs.kernels });
 */
export const Kernel = defineResource({
  name: "Kernel",
  description: "The kernel of a machine: one of the image's own, or a file.",
  version: 1,
  inputs,
  outputs,
  ...bootFileSteps(chooseKernel),
});
