import { ContentError } from "../errors.ts";
import { type FstabEntry, fstabText } from "../plan/fstab.ts";
import type { Mount } from "../plan/mounts.ts";
import type { Ref } from "../plan/ref.ts";
import type { Context } from "../resource.ts";
import { trees } from "../tree/object.ts";
import { entriesByPath, readTreeFile } from "../tree/read-file.ts";
import { shownName } from "../tree/shown-name.ts";
import { subtree } from "../tree/subtree.ts";
import type { Tree } from "../tree/types.ts";
import { without } from "../tree/without.ts";
import { type MachineFile, text } from "./machine-file.ts";

/** What a filesystem takes of a tree. */
export interface TreePart {
  readonly tree: Ref;
  readonly subtree: string;
  /** Folders that stay empty, because other partitions hold what is in them. */
  readonly mounts?: readonly Mount[];
  /** What the image's own fstab is replaced by; none leaves it. */
  readonly fstab?: readonly FstabEntry[];
  /** Lines that fstab gets besides. */
  readonly addedFstab?: readonly FstabEntry[];
}

/** The part of a tree that a filesystem holds, and the files to add to it: fstab, and folders to mount on. */
export async function partOfTree(
  part: TreePart,
  ctx: Pick<Context, "materialise" | "store">,
): Promise<{ tree: Tree; files: MachineFile[] }> {
  const whole = await trees.open(await ctx.materialise(part.tree));
  const own = subtree(whole, bytesOf(part.subtree));
  const { tree, files } = leaveOut(own, part.mounts ?? []);
  const { fstab = [], addedFstab = [] } = part;
  if (fstab.length > 0) files.push(text("etc/fstab", fstabText([...fstab, ...addedFstab])));
  else if (addedFstab.length > 0) {
    const read = await readTreeFile(own, "etc/fstab", (digest) => ctx.store.path("layer", digest));
    // Latin1, so that bytes which are no UTF-8 stay what they are.
    const content = Buffer.from(withLines(read?.toString("latin1") ?? "", addedFstab), "latin1");
    files.push({ ...text("etc/fstab", ""), content });
  }
  return { tree, files };
}

/** A path below the root, without a slash before it, with a byte in each character as trees have it. */
function bytesOf(path: string): string {
  return Buffer.from(path.slice(1)).toString("latin1");
}

function leaveOut(tree: Tree, mounts: readonly Mount[]) {
  const entries = entriesByPath(tree);
  const files: MachineFile[] = [];
  const full: string[] = [];
  for (const { path, partition } of mounts) {
    const folder = bytesOf(path);
    const there = entries.get(folder);
    if (!there) files.push({ path: folder, type: "directory", mode: 0o755, uid: 0, gid: 0 });
    else if (there.type !== "directory")
      throw new ContentError(
        `Partition "${partition}" cannot be mounted on ${shownName(path)}, which is a ${there.type} in the tree`,
        { hint: "make it a directory in the Dockerfile, or mount the partition elsewhere" },
      );
    else if (firstBelow(tree, folder) !== undefined) full.push(`${path}/*`);
  }
  return { tree: without(tree, full, "mounts"), files };
}

/** The first path below a folder of a tree (no leading slash); undefined for an empty folder. */
export function firstBelow(tree: Tree, folder: string): string | undefined {
  for (const item of tree.items)
    if (item.kind === "entry" && item.path.startsWith(`${folder}/`)) return item.path;
  return undefined;
}

/** An image's fstab with lines behind its own; an error where it mounts the same places already. */
function withLines(own: string, added: readonly FstabEntry[]): string {
  const places = new Map(
    own
      .split("\n")
      .filter((line) => !/^\s*(#|$)/.test(line))
      .map((line) => [line.trim().split(/\s+/)[1], line.trim()]),
  );
  for (const { mountPoint } of added) {
    const line = mountPoint === "none" ? undefined : places.get(mountPoint);
    if (line !== undefined)
      throw new ContentError(
        `The image's /etc/fstab mounts ${shownName(mountPoint)} already: ${shownName(line)}`,
        {
          hint: 'clear it in the Dockerfile or by `files: [{ path: "/etc/fstab", content: "" }]` of the Rootfs, or give all of it as `fstab`',
        },
      );
  }
  const lines = Buffer.from(fstabText(added)).toString("latin1");
  return `${own}${own === "" || own.endsWith("\n") ? "" : "\n"}${lines}`;
}
