import * as z from "zod";
import type { TreeInitramfs } from "../../cpio/build-initramfs.ts";
import { compressionPackages, compressions } from "../../cpio/compress.ts";
import type { InputProblem } from "../../errors.ts";
import { imageConfigSchema } from "../../image/rootfs-schema.ts";
import { processProblems } from "../../init/command.ts";
import { initProblems, initSchema } from "../../init/options.ts";
import { refSchema } from "../../plan/ref.ts";
import { chooseInitrd, treeKernelSchema } from "../../plan/tree-kernel.ts";
import { defineResource } from "../../resource.ts";
import { type BootFilePlan, bootFileSteps } from "./boot-file.ts";
import { givenFileSchema } from "./given-file.ts";

const inputs = z.strictObject({
  kernels: z
    .array(treeKernelSchema)
    .optional()
    .describe(
      "Kernels of the image with their initrds: `rootfs.kernels`; exclusive with file and tree.",
    ),
  // The output of this name takes its place in the state, and may be empty.
  version: z
    .string()
    .optional()
    .describe(
      "The initrd of which kernel; by default of the newest. Of a file, what it is called.",
    ),
  file: givenFileSchema
    .optional()
    .describe("An initrd from a file; exclusive with kernels and tree."),
  tree: refSchema
    .optional()
    .describe(
      "A whole tree, such as `rootfs.ref`, packed as the machine's root; exclusive with kernels and file. Times are kept in whole seconds.",
    ),
  init: initSchema
    .optional()
    .describe("How the packed tree starts; left out where it has an /init of its own."),
  config: imageConfigSchema
    .optional()
    .describe('What `init.run: "command"` starts: `rootfs.config`.'),
  compression: z
    .enum(compressions)
    .optional()
    .describe("How a packed tree is compressed; the kernel must know it. Default: gzip."),
  dropXattrs: z
    .array(z.string().min(1))
    .optional()
    .describe(
      "Extended attributes that a packed tree may lose, such as `security.capability`: cpio holds none, and a tree with any other is refused.",
    ),
});

const outputs = z.strictObject({
  ref: refSchema.describe("The initial RAM filesystem."),
  version: z.string().describe("Version of its kernel; empty for a file without one."),
  path: z.string().describe("Where it lies in the tree; empty when it is not in the tree."),
  sizeBytes: z.int().optional().describe("Size of a packed tree."),
  unpackedBytes: z.int().optional().describe("Size of a packed tree in the machine's memory."),
});

type Inputs = z.output<typeof inputs>;
type Plan = BootFilePlan & { readonly pack?: TreeInitramfs };

const bootFile = bootFileSteps(chooseInitrd);
const ofTree = ["init", "config", "compression", "dropXattrs"] as const;

function rules(
  { tree, init, config, ...rest }: Partial<Inputs>,
  omitted: (input: keyof Inputs) => boolean = () => false,
): InputProblem[] {
  const given = { init, config, ...rest };
  const problems = bootFile.rules(rest);
  if (tree)
    for (const key of ["kernels", "version", "file"] as const)
      if (rest[key] !== undefined)
        problems.push({ property: key, reason: "is exclusive with tree" });
  if (tree && tree.kind !== "tree")
    problems.push({
      property: "tree",
      reason: `must be a tree, such as rootfs.ref, got a ${tree.kind}`,
    });
  for (const key of omitted("tree") ? ofTree : [])
    if (given[key] !== undefined)
      problems.push({ property: key, reason: "is for a packed tree: give tree as well" });
  if (init) problems.push(...initProblems(init, config !== undefined || !omitted("config")));
  if (config && init?.run === "command")
    for (const { part, reason } of processProblems(config))
      problems.push({ property: `config.${part}`, reason });
  return problems;
}

function plan({
  tree,
  init,
  config,
  compression = "gzip",
  dropXattrs = [],
  ...rest
}: Inputs): Plan {
  if (!tree) return bootFile.plan(rest);
  const wanted = [...new Set(dropXattrs)].sort();
  return {
    pack: {
      ...{ tree, compression, dropXattrs: wanted },
      ...(init && { init }),
      ...(init?.run === "command" && { config }),
    },
  };
}

/**
 * The initial RAM filesystem of a machine: a whole tree that runs from memory, the one beside a kernel of the image, or a file.
 * Changes when the tree, its init or its compression do; a file when its bytes, version or path do.
 *
 * @example
 * new Initramfs("initramfs", { tree: rootfs.ref, init: { run: "shell", supervise: true } });
 */
export const Initramfs = defineResource({
  name: "Initramfs",
  description: "The initial RAM filesystem of a machine: a whole tree, the image's own, or a file.",
  version: 3,
  inputs,
  outputs,
  packages: compressionPackages,
  usesTools: ({ pack }) => pack !== undefined && pack.compression !== "none",
  rules,
  observe: async (given, ctx) => {
    const { pack } = plan(given);
    if (!pack) return bootFile.observe(given, ctx);
    await (await import("../../cpio/build-initramfs.ts")).checkInitramfs(pack, ctx);
    return {};
  },
  plan,
  known: (given) => (given.pack ? { version: "", path: "" } : bootFile.known(given)),
  make: async ({ pack, ...rest }: Plan, ctx) =>
    pack
      ? (await import("../../cpio/build-initramfs.ts")).buildInitramfs(pack, ctx)
      : bootFile.make(rest, ctx),
});
