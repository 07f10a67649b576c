import * as z from "zod";
import { planBuild } from "../../kernel/kernel-plan.ts";
import { sourceInputs } from "../../kernel/kernel-schema.ts";
import { sourceProblems } from "../../kernel/source-rules.ts";
import { refSchema } from "../../plan/ref.ts";
import { chooseKernel, treeKernelSchema } from "../../plan/tree-kernel.ts";
import { type Context, defineResource } from "../../resource.ts";
import { type BootFilePlan, bootFileSteps } from "./boot-file.ts";
import { givenFileSchema } from "./given-file.ts";
import { observeSource } from "./kernel-observe.ts";

const inputs = z.strictObject({
  kernels: z
    .array(treeKernelSchema)
    .optional()
    .describe("Kernels of the image: `rootfs.kernels`; exclusive with file."),
  // The output of this name takes its place in the state, and may be empty.
  version: z
    .string()
    .optional()
    .describe("Which kernel of the image; by default the newest. Of a file, what it is called."),
  file: givenFileSchema.optional().describe("A kernel from a file; exclusive with kernels."),
  ...sourceInputs,
});
type Inputs = z.output<typeof inputs>;

const outputs = z.strictObject({
  ref: refSchema.describe("The kernel."),
  version: z
    .string()
    .describe("Its version: of a source the release that it names; empty for a file without one."),
  path: z.string().describe("Where it lies in the tree; empty when it is not in the tree."),
  sizeBytes: z.int().optional().describe("Size of a kernel built from source."),
  config: refSchema.optional().describe("The final `.config` of a kernel built from source."),
  configDigest: z.string().optional().describe("Digest of the final `.config`."),
  sourceSha256: z
    .string()
    .optional()
    .describe("What the source's tarball hashes to: `source.sha256` keeps to it."),
});

/** A kernel of the tree or a file is taken as it is; one from source is built. */
interface Plan extends BootFilePlan {
  readonly build?: ReturnType<typeof planBuild>;
}

const taken = bootFileSteps(chooseKernel);

/** What decides the bytes of a kernel besides its source: in Debian `gcc` and `python3` only name the versions that they bring. */
const packages = [
  ...["bc", "binutils", "bison", "bzip2", "flex", "gcc", "gcc-14", "gzip", "libc6-dev"],
  ...["libelf-dev", "libssl-dev", "lz4", "make", "patch", "perl", "python3", "xz-utils", "zstd"],
];

/**
 * The kernel of a machine: one of the image's own, a file, or one that is built from source.
 * Changes when the kernel's bytes, version or path do; from the image it copies nothing. From source it is built again when the source, an
 * option, a patch, what is built in or the compiler changes, and never because of any other Dockerfile.
 *
 * @example
 * new Kernel("kernel", { kernels: rootfs.kernels });
 *
 * @example
 * new Kernel("tiny", {
 *   source: { package: "linux-source-6.1" },
 *   preset: "tiny-serial",
 *   options: [{ name: "DEFAULT_HOSTNAME", value: "tiny" }],
 * });
 */
export const Kernel = defineResource({
  name: "Kernel",
  description: "The kernel of a machine: one of the image's own, a file, or built from source.",
  version: 1,
  inputs,
  outputs,
  packages,
  toolbox: "kernel",
  usesTools: ({ build }: Plan) => build !== undefined,
  rules: (given, omitted) => [
    ...taken.rules(given),
    ...sourceProblems(given, given, omitted as ((input: string) => boolean) | undefined),
  ],
  observe: async (given, ctx) => {
    if (!given.source) return taken.observe(given, ctx);
    const { observed, ...rest } = await observeSource(sourceOf(given), ctx.cwd);
    // Only ignoreChanges hands in what was observed: the engine puts the old value there.
    return { ...rest, observed: { ...observed, ...given.observed } };
  },
  plan: (given): Plan => {
    const { source } = given;
    return source ? { build: planBuild({ ...sourceOf(given), source }) } : taken.plan(given);
  },
  known: (plan) => (plan.build ? { path: "" } : taken.known(plan)),
  make: async (plan, ctx: Context) =>
    plan.build
      ? (await import("./kernel-build.ts")).buildKernel(plan.build, ctx)
      : taken.make(plan, ctx),
});

function sourceOf({ kernels: _kernels, file: _file, version: _version, ...rest }: Inputs) {
  return rest;
}
