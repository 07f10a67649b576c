import { readFile } from "node:fs/promises";
import { setImmediate } from "node:timers/promises";
import type { LastPlacement } from "../ext4/placement/last-placement.ts";
import { type Ext4Plan, planExt4, withBoot } from "../ext4/plan.ts";
import type { BootInstall } from "../plan/boot-files.ts";
import { sha256 } from "../plan/canonical.ts";
import { patchExtlinux } from "../plan/extlinux.ts";
import type { Context } from "../resource.ts";
import { makeRoom } from "../tree/make-room.ts";
import { overlay } from "../tree/overlay.ts";
import { PackedItems } from "../tree/packed-items.ts";
import { forgetPaths } from "../tree/read-file.ts";
import type { PlannedTree, Tree } from "../tree/types.ts";
import type { MachineFile } from "./machine-file.ts";
import { partOfTree, type TreePart } from "./part-of-tree.ts";
import { withFiles } from "./with-files.ts";

/** Entries from which the memory of a tree counts for more than the tenth of the time that it takes to read it packed. */
const packedFrom = 100_000;

/** What decides a filesystem. */
export interface FilesystemPlan extends TreePart {
  readonly partition: { offsetBytes: number; sizeBytes: number; uuid: string; label: string };
  readonly hashSeed: string;
  readonly installs: readonly BootInstall[];
  readonly sourceDateEpoch: number;
}

/** Plans a filesystem: tree, fstab and boot files, with the boot loader told where its second part lies; `last` is to be kept. */
export async function planFilesystem(
  request: FilesystemPlan,
  ctx: Context,
  last?: LastPlacement,
): Promise<{ plan: Ext4Plan; sources: readonly string[] }> {
  const files = await bootFiles(request, ctx);
  const loader = request.installs.find((install) => install.method === "extlinux");
  if (!loader?.bootSector) {
    const filled = await filledTree(request, files, ctx);
    await giveBack(filled);
    return { plan: planExt4(filled, options(request, []), last), sources: filled.sources };
  }
  const sys = `${loader.directory.slice(1)}/ldlinux.sys`;
  const bootSector = await readFile(await ctx.materialise(loader.bootSector));
  const { directory } = loader;
  return planBootable({ request, files, sys, bootSector, directory, last }, ctx);
}

/** Gives back what making a tree took. What the store's objects in memory gave out is held until the event loop turns. */
async function giveBack({ items }: PlannedTree): Promise<void> {
  await setImmediate();
  makeRoom(items.length);
}

/** The part of the tree with all files that are added to it; where it is large, what it was made of is nowhere any more. */
async function filledTree(
  request: FilesystemPlan,
  files: readonly MachineFile[],
  ctx: Context,
): Promise<PlannedTree> {
  const { tree, files: added } = await partOfTree(request, ctx);
  const { sourceDateEpoch } = request;
  const filled = await withFiles(tree, [...files, ...added], sourceDateEpoch, ctx.store);
  forgetPaths(tree);
  if (filled.items.length < packedFrom) return filled;
  return { items: new PackedItems(filled.items), sources: filled.sources };
}

interface Bootable {
  readonly request: FilesystemPlan;
  readonly files: readonly MachineFile[];
  readonly sys: string;
  readonly bootSector: Uint8Array;
  readonly directory: string;
  readonly last: LastPlacement | undefined;
}

/** Plans twice: first to learn where ldlinux.sys lies, which only its size decides; then with its content told so. */
async function planBootable(
  { request, files, sys, bootSector, directory, last }: Bootable,
  ctx: Context,
) {
  const from = files.find((file) => file.path === sys)?.from;
  if (from === undefined) throw new Error(`The boot loader places no /${sys}`);
  const pristine = await readFile(from);
  const draft = planExt4(alone(sys, pristine), options(request, [sys]));
  const { offsetBytes, sizeBytes } = request.partition;
  const patched = patchExtlinux({
    ldlinuxSys: pristine,
    bootSector,
    sectors: sectorsOf(draft, sys, pristine.length),
    partitionStartSector: offsetBytes / 512,
    partitionSectors: sizeBytes / 512,
    directory,
  });
  const told = files.map((f) => (f.path === sys ? bootFile(sys, f.mode, patched.ldlinuxSys) : f));
  const filled = await filledTree(request, told, ctx);
  await giveBack(filled);
  const plan = planExt4(filled, options(request, [sys]), last);
  if (`${plan.blocksOf(sys)}` !== `${draft.blocksOf(sys)}`)
    throw new Error(`/${sys} moved between two plans`);
  const first = new Uint8Array(1024);
  first.set(patched.bootSector);
  return { plan: withBoot(plan, first), sources: filled.sources };
}

/** A tree of one file: what a plan puts first lies where it would lie in any tree. */
function alone(path: string, content: Uint8Array): Tree {
  const digest = sha256(content);
  const size = content.length;
  const file = { path, type: "file", mode: 0o644, uid: 0, gid: 0, mtime: 0, mtimeNs: 0 } as const;
  const nothing: Tree = { items: [], sources: [] };
  return overlay(nothing, digest, [{ ...file, size, digest, segments: [[0, 0, size]] }]);
}

/** The sectors of 512 bytes, counted from the partition's start, that a file of a plan lies in. */
function sectorsOf(plan: Ext4Plan, path: string, bytes: number): number[] {
  const perBlock = plan.blockSize / 512;
  const sectors = plan
    .blocksOf(path)
    .flatMap(([block, count]) =>
      Array.from({ length: count * perBlock }, (_, i) => block * perBlock + i),
    );
  return sectors.slice(0, Math.ceil(bytes / 512));
}

function options(request: FilesystemPlan, first: readonly string[]) {
  const { sizeBytes, uuid, label } = request.partition;
  return {
    sizeBytes,
    uuid,
    label,
    first,
    hashSeed: request.hashSeed,
    epochSeconds: request.sourceDateEpoch,
  };
}

function bootFile(path: string, mode: number, content: Uint8Array): MachineFile {
  return { path, type: "file", mode, uid: 0, gid: 0, content };
}

async function bootFiles(request: FilesystemPlan, ctx: Context): Promise<MachineFile[]> {
  const files: MachineFile[] = [];
  for (const { path, mode, content } of request.installs.flatMap((install) => install.files)) {
    const from = await ctx.materialise(content);
    files.push({ path: path.slice(1), type: "file", mode, uid: 0, gid: 0, from });
  }
  return files;
}
