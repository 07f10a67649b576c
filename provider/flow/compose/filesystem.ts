import { erofsPackages } from "../../erofs/command.ts";
import { InputError } from "../../errors.ts";
import { filesystemProblems } from "../../image/filesystem-rules.ts";
import type { BootInstall } from "../../plan/boot-files.ts";
import { seededUuid } from "../../plan/canonical.ts";
import { fatTypeOf } from "../../plan/fat-type.ts";
import { defineResource } from "../../resource.ts";
import { squashfsPackages } from "../../squashfs/options.ts";
import { type FilesystemInputs, filesystemInputs, filesystemOutputs } from "./filesystem-schema.ts";
import { observePlacement } from "./placement.ts";
import { mounting, planErofs, planSquashfs } from "./plan-packed.ts";

function plan(given: FilesystemInputs) {
  const { type, tree, subtree, partition, installs, files, fstab } = given;
  if (type === "squashfs") return planSquashfs(given);
  if (type === "erofs") return planErofs(given);
  if (!partition)
    throw new InputError([{ property: "partition", reason: `is required for ${type}` }]);
  const { name, offsetBytes, sizeBytes, uuid, label } = partition;
  if (type === "swap") return { type, partition: { sizeBytes, uuid, label } };
  const { addedFstab, ...mounted } = mounting(given);
  const common = {
    subtree,
    ...mounted,
    partition: { offsetBytes, sizeBytes, uuid, label },
    installs: [
      ...installs.filter((install) => install.partition === name),
      ...placing(files, name),
    ],
    sourceDateEpoch: given.sourceDateEpoch,
  };
  const fat = fatTypeOf(type);
  if (fat) return { ...common, type: fat, tree };
  if (!tree) throw new InputError([{ property: "tree", reason: "is required for ext4" }]);
  const { lastPlacement: last } = given;
  const hashSeed = seededUuid(uuid, "ext4 hash seed");
  const kept = last?.sha256 ? { lastPlacement: { ...last, sha256: last.sha256 } } : {};
  const lines = addedFstab ? { addedFstab } : {};
  return { ...common, type: "ext4" as const, tree, fstab, ...lines, hashSeed, ...kept };
}

/** Files as an install of their own: without any, the plan is what it was before there could be some. */
function placing(files: FilesystemInputs["files"], partition: string): BootInstall[] {
  if (files.length === 0) return [];
  const placed = files.map(({ path, mode = 0o644, content }) => ({ path, mode, content }));
  return [{ partition, method: "files", directory: "/", files: placed }];
}

/**
 * One partition's bytes from a tree: ext4 or FAT, planned without a tool or a mount; or a squashfs or an
 * erofs, packed by its own tool and read back.
 * Also swap, which has no tree.
 * Changes when the tree, the boot loader's files, fstab, or the partition's place, size, label or UUID do.
 *
 * FAT holds files and directories of root's that everybody may read, with their bytes and times (even seconds, from 1980 on); who owns
 * and may do what is for the mount to say. Anything else of the tree is refused by its path.
 *
 * @example
 * new Filesystem("root", { tree: rootfs.ref, partition: layout.layout.partitions[0] });
 */
export const Filesystem = defineResource({
  name: "Filesystem",
  description: "One partition's bytes from a tree or a part of it.",
  version: 2,
  inputs: filesystemInputs,
  outputs: filesystemOutputs,
  observe: async ({ lastPlacement }, ctx) =>
    lastPlacement ? { lastPlacement: await observePlacement(lastPlacement, ctx) } : {},
  packages: [...squashfsPackages, ...erofsPackages],
  usesTools: ({ type }) => type === "squashfs" || type === "erofs",
  rules: (given, omitted = () => false) => filesystemProblems(given, omitted),
  plan,
  known: (request) =>
    request.type === "ext4" || request.type === "squashfs" || request.type === "erofs"
      ? {}
      : { sizeBytes: request.partition.sizeBytes },
  // Loaded when there is something to make: planning takes seventy modules.
  make: async (request, ctx) => {
    if (request.type === "swap")
      return (await import("../../image/make-swap.ts")).makeSwap(request, ctx);
    if (request.type === "ext4") return (await import("./make-ext4.ts")).makeExt4(request, ctx);
    if (request.type === "squashfs")
      return (await import("../../squashfs/build-squashfs.ts")).makeSquashfs(request, ctx);
    if (request.type === "erofs")
      return (await import("../../erofs/build-erofs.ts")).makeErofs(request, ctx);
    return (await import("../../image/make-fat.ts")).makeFat(request, ctx);
  },
});
