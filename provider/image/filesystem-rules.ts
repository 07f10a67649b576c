import type { InputProblem } from "../errors.ts";
import type { AddedFile } from "../plan/added-file.ts";
import type { BootInstall } from "../plan/boot-files.ts";
import { fatGeometry } from "../plan/fat-geometry.ts";
import { fatTypeOf } from "../plan/fat-type.ts";
import type { FstabEntry } from "../plan/fstab.ts";
import { type Partition, sectorBytes } from "../plan/layout.ts";
import { mountProblems } from "../plan/mounts.ts";
import type { Ref } from "../plan/ref.ts";
import { type SquashfsOptions, squashfsProblems } from "../squashfs/options.ts";

/** The inputs that rules look at; what is not known yet is missing. */
interface FilesystemInputs {
  readonly type?: string;
  readonly tree?: Ref | undefined;
  readonly subtree?: string;
  readonly partition?: Partition | undefined;
  readonly installs?: readonly BootInstall[];
  readonly files?: readonly AddedFile[];
  readonly fstab?: readonly FstabEntry[];
  readonly mounts?: readonly Partition[];
  readonly squashfs?: SquashfsOptions | undefined;
  readonly lastPlacement?: unknown;
}

/** What is wrong with the inputs of a filesystem that are known. */
export function filesystemProblems(
  {
    type,
    tree,
    subtree = "/",
    partition,
    installs = [],
    files = [],
    fstab = [],
    mounts = [],
    squashfs,
    lastPlacement,
  }: FilesystemInputs,
  omitted: (input: "tree" | "partition") => boolean,
): InputProblem[] {
  const found: InputProblem[] = [];
  const fat = fatTypeOf(type ?? "");
  const treeOmitted = omitted("tree");
  const packed = type === "squashfs" ? "a squashfs" : type === "erofs" ? "an erofs" : undefined;
  if (packed)
    found.push(
      ...foreign({ installs, files, lastPlacement }, `${packed}, which holds the tree alone`),
    );
  if (type === "swap")
    found.push(
      ...foreign(
        { tree, installs, files, fstab, mounts, lastPlacement },
        "swap, which holds nothing yet",
      ),
    );
  if (squashfs) found.push(...squashfsProblems(squashfs));
  if (squashfs && type && type !== "squashfs")
    found.push({ property: "squashfs", reason: `is for a squashfs, and this is ${type}` });
  if (type && !packed && omitted("partition"))
    found.push({
      property: "partition",
      reason: "is required: only a squashfs or an erofs lies nowhere yet",
    });
  if (tree && tree.kind !== "tree")
    found.push({
      property: "tree",
      reason: `must be a tree, such as rootfs.ref, got a ${tree.kind}`,
    });
  if (type && !fat && type !== "swap" && treeOmitted)
    found.push({
      property: "tree",
      reason: `is required: only FAT is made of a boot loader's files alone`,
    });
  if ((fat || type === "swap") && treeOmitted && subtree !== "/")
    found.push({
      property: "subtree",
      reason: `"${subtree}" is a part of no tree: tree is missing`,
    });
  if (fat && fstab.length > 0)
    found.push({
      property: "fstab",
      reason: `is for the root filesystem, which ${type} cannot be`,
    });
  if (fat && lastPlacement !== undefined)
    found.push({ property: "lastPlacement", reason: `is for ext4, and this is ${type}` });
  found.push(...mountProblems(mounts, fstab), ...fileProblems(files, fat !== undefined));
  if (!partition || !type) return found;
  const placed = installs.filter((install) => install.partition === partition.name);
  const loaders = new Set(placed.flatMap((install) => install.files.map(({ path }) => path)));
  files.forEach(({ path }, index) => {
    if (loaders.has(path))
      found.push({
        property: `files[${index}].path`,
        reason: `"${path}" is what a boot loader places`,
      });
  });
  found.push(...partitionProblems(type, partition));
  installs.forEach(({ method, partition: name }, index) => {
    const wanted = { extlinux: "ext4", syslinux: "FAT", files: undefined }[method];
    if (name === partition.name && wanted && (wanted === "FAT") !== (fat !== undefined))
      found.push({
        property: `installs[${index}].method`,
        reason: `"${method}" needs ${wanted}, and partition "${name}" holds ${type}`,
      });
  });
  return found;
}

/** The inputs that a kind of filesystem has no use for. */
function foreign(given: Readonly<Record<string, unknown>>, kind: string): InputProblem[] {
  return Object.entries(given).flatMap(([property, value]) =>
    value === undefined || (Array.isArray(value) && value.length === 0)
      ? []
      : [{ property, reason: `is not for ${kind}: leave it out` }],
  );
}

function fileProblems(files: readonly AddedFile[], fat: boolean): InputProblem[] {
  const paths = files.map(({ path }) => path);
  return files.flatMap(({ path, content, mode = 0o644 }, index): InputProblem[] => {
    const property = `files[${index}]`;
    const modeText = mode.toString(8).padStart(4, "0");
    return [
      ...(["file", "disk"].includes(content.kind)
        ? []
        : [
            {
              property: `${property}.content`,
              reason: `must be a file or a disk, such as the ref of a ConvertedImage of the format zst, got a ${content.kind}`,
            },
          ]),
      ...(paths.indexOf(path) === index
        ? []
        : [{ property: `${property}.path`, reason: `"${path}" is given twice` }]),
      ...(fat && (mode & 0o7444) !== 0o444
        ? [
            {
              property: `${property}.mode`,
              reason: `${modeText} is more than FAT can say: everybody may read it`,
            },
          ]
        : []),
    ];
  });
}

function partitionProblems(type: string, partition: Partition): InputProblem[] {
  const { name, filesystem, sizeBytes, uuid } = partition;
  const fat = fatTypeOf(type);
  if (filesystem !== type)
    return [
      {
        property: "type",
        reason: `"${type}" is not what partition "${name}" is for ("${filesystem}")`,
      },
    ];
  if (!fat) return [];
  const found: InputProblem[] = [];
  if (!fatGeometry(fat, sizeBytes / sectorBytes))
    found.push({
      property: "partition.sizeBytes",
      reason: `${sizeBytes} bytes are too few or too many for ${fat}`,
    });
  if (!/^[0-9A-F]{4}-[0-9A-F]{4}$/.test(uuid))
    found.push({ property: "partition.uuid", reason: `"${uuid}" is not of the form 1A2B-3C4D` });
  return found;
}
