import { z } from "zod";
import { erofsPackages } from "../../erofs/command.ts";
import { InputError } from "../../errors.ts";
import { filesystemProblems } from "../../image/filesystem-rules.ts";
import { addedFileSchema } from "../../plan/added-file.ts";
import { type BootInstall, installSchema } from "../../plan/boot-files.ts";
import { seededUuid } from "../../plan/canonical.ts";
import { fatTypeOf, fatTypes } from "../../plan/fat-type.ts";
import { fstabEntrySchema } from "../../plan/fstab.ts";
import { partitionSchema, sizingSchema } from "../../plan/layout.ts";
import { refSchema } from "../../plan/ref.ts";
import { defineResource } from "../../resource.ts";
import { squashfsPackages, squashfsSchema } from "../../squashfs/options.ts";
import { givenFileSchema } from "../collect/given-file.ts";
import { observePlacement } from "./placement.ts";
import { mounting, planErofs, planSquashfs } from "./plan-packed.ts";

const inputs = z.strictObject({
  type: z
    .enum(["ext4", ...fatTypes, "squashfs", "erofs", "swap"])
    .default("ext4")
    .describe("Filesystem to make."),
  tree: refSchema
    .optional()
    .describe(
      "What it holds, such as `rootfs.ref`; FAT may do without, and then holds `files` and what `installs` place. Swap has none.",
    ),
  subtree: z
    .string()
    .regex(/^\/([^\0]*[^/\0])?$/, 'must be absolute, such as "/home", and not end with a slash')
    .default("/")
    .describe("Folder of the tree that becomes the filesystem's root."),
  partition: partitionSchema
    .optional()
    .describe(
      "Where it lies: one of `layout.partitions`. A squashfs or an erofs may do without: it is as large as its content.",
    ),
  installs: z
    .array(installSchema)
    .default([])
    .describe(
      "What boot loaders place, such as `bootloader.installs`; those of other partitions are passed over.",
    ),
  files: z
    .array(addedFileSchema)
    .default([])
    .describe("Artefacts to hold as files, such as the disk image that an installer writes."),
  fstab: z
    .array(fstabEntrySchema)
    .default([])
    .describe("Lines of /etc/fstab; none leaves the image's own file."),
  mounts: z
    .array(partitionSchema)
    .default([])
    .describe(
      "Partitions that the machine mounts, such as `layout.partitions`: their folders stay empty here, and with `subtree` / each gets a line of fstab, as swap does.",
    ),
  sourceDateEpoch: z
    .number()
    .int()
    .min(0)
    .max(2 ** 32 - 1)
    .default(1735689600)
    .describe("Creation time of the filesystem, in seconds since 1970. Default: 2025-01-01."),
  squashfs: squashfsSchema
    .optional()
    .describe(
      "Only for squashfs: how it is made. By default zstd of level 3, and all of the tree.",
    ),
  lastPlacement: givenFileSchema
    .optional()
    .describe(
      "Only for ext4: where everything lay in an earlier version, a copy of the file at its `placementPath`. What it knows stays where it lay.",
    ),
});

const outputs = z.object({
  ref: refSchema.describe(
    "The filesystem: of ext4 the plan (metadata blocks, and where its data comes from), of another its bytes, of swap its first page.",
  ),
  sizeBytes: z.number().int().describe("Size of the filesystem in bytes."),
  freeBytes: z.number().int().describe("Bytes that are free in it."),
  sizing: sizingSchema
    .optional()
    .describe("Of a squashfs or an erofs: the partition that it needs, for a PartitionLayout."),
  freeInodes: z.number().int().optional().describe("Files that ext4 has room for."),
  placement: refSchema
    .optional()
    .describe(
      "Where everything lies in an ext4: a file for the `lastPlacement` of a later version.",
    ),
});

export type FilesystemInputs = z.output<typeof inputs>;

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
  inputs,
  outputs,
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
