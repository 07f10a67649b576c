import { contextChanges, noteContext } from "../../image/context-changes.ts";
import { observeRootfs } from "../../image/observe.ts";
import { rootfsProblems } from "../../image/rootfs-rules.ts";
import { rootfsInputs, rootfsOutputs } from "../../image/rootfs-schema.ts";
import { defineResource } from "../../resource.ts";

/**
 * The root filesystem: an ordered list of entries over the image's layers, which are read in place.
 * Is made again when the Dockerfile, its context by .dockerignore, a base image or an option changes; what follows from it is rebuilt only
 * when the tree's digest differs.
 *
 * @example
 * new Rootfs("web", { source: { dockerfile: { context: "." } }, network: "dhcp", hostname: "web" });
 */
export const Rootfs = defineResource({
  name: "Rootfs",
  description:
    "The root filesystem of a machine, from a Dockerfile, an image, an archive, a folder or a disk.",
  version: 2,
  inputs: rootfsInputs,
  outputs: rootfsOutputs,
  rules: rootfsProblems,
  observe: async (inputs, { cwd }, previous) => {
    const { observed, ...rest } = await observeRootfs(inputs, cwd, previous?.observed);
    // Only ignoreChanges hands in what was observed: the engine puts the old value there.
    return { ...rest, observed: { ...observed, ...inputs.observed } };
  },
  plan: (inputs) => inputs,
  madeInPreview: true,
  files: { note: noteContext, changes: contextChanges },
  // Loaded when there is something to build: an update that changes nothing is spared a tenth of a second.
  make: async (plan, ctx) => (await import("../../image/build-tree.ts")).buildTree(plan, ctx),
});
