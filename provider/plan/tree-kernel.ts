import * as z from "zod";
import type { InputProblem } from "../errors.ts";
import { type Ref, refSchema } from "./ref.ts";

/** A kernel of a tree, as Rootfs lists it. */
export const treeKernelSchema = z
  .strictObject({
    version: z.string().describe("Version, as in the file's name."),
    path: z.string().describe("Path in the tree."),
    image: refSchema.describe("The kernel."),
    initrdPath: z.string().optional().describe("Path of its initrd in the tree, if there is one."),
    initrd: refSchema.optional().describe("Its initrd, if there is one."),
  })
  .meta({ id: "TreeKernel", description: "A kernel that a tree holds." });
export type TreeKernel = z.infer<typeof treeKernelSchema>;

/** A file of a tree that a machine starts with. */
export interface BootFile {
  readonly ref: Ref;
  readonly version: string;
  readonly path: string;
}

/** Finds a boot file among the kernels of a tree: of a version, or of the first, which is the newest; else says why there is none. */
export type ChooseBootFile = (
  kernels: readonly TreeKernel[],
  version: string | undefined,
) => BootFile | InputProblem;

/** The kernel itself. */
export const chooseKernel: ChooseBootFile = (kernels, version) => {
  const kernel = choose(kernels, version);
  return "reason" in kernel
    ? kernel
    : { version: kernel.version, ref: kernel.image, path: kernel.path };
};

/** The initrd beside the kernel. */
export const chooseInitrd: ChooseBootFile = (kernels, version) => {
  const kernel = choose(kernels, version);
  if ("reason" in kernel) return kernel;
  const { initrd, initrdPath } = kernel;
  if (initrd && initrdPath) return { version: kernel.version, ref: initrd, path: initrdPath };
  return {
    property: "kernels",
    reason: `the image has no initrd beside ${kernel.path} (install what makes one before the kernel: initramfs-tools in Debian and Ubuntu, mkinitfs in Alpine)`,
  };
};

function choose(
  kernels: readonly TreeKernel[],
  version: string | undefined,
): TreeKernel | InputProblem {
  const [newest] = kernels;
  if (!newest)
    return {
      property: "kernels",
      reason:
        "the image has no kernel in /boot (install one in the Dockerfile: linux-image-amd64 in Debian, linux-image-generic in Ubuntu, linux-lts in Alpine)",
    };
  if (version === undefined) return newest;
  const there = kernels.map((kernel) => `"${kernel.version}"`).join(", ");
  return (
    kernels.find((kernel) => kernel.version === version) ?? {
      property: "version",
      reason: `the image has no kernel "${version}" (it has ${there})`,
    }
  );
}
