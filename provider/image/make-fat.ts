import { open, readFile } from "node:fs/promises";
import { join } from "node:path";
import { ContentError } from "../errors.ts";
import { type FatPlan, planFat } from "../fat/plan.ts";
import { verifyFat, writeFat } from "../fat/write.ts";
import type { BootInstall } from "../plan/boot-files.ts";
import { patchExtlinux } from "../plan/extlinux.ts";
import { fatGeometry } from "../plan/fat-geometry.ts";
import type { FatType } from "../plan/fat-type.ts";
import { sectorBytes } from "../plan/layout.ts";
import type { Ref } from "../plan/ref.ts";
import type { Context } from "../resource.ts";
import { commitFile } from "../store/commit-file.ts";
import { startPace } from "../tree/pace.ts";
import { entriesByPath } from "../tree/read-file.ts";
import { shownName } from "../tree/shown-name.ts";
import type { Tree } from "../tree/types.ts";
import type { MachineFile } from "./machine-file.ts";
import { partOfTree, type TreePart } from "./part-of-tree.ts";
import { withFiles } from "./with-files.ts";

/** What decides a FAT filesystem. */
export interface FatRequest extends Pick<TreePart, "subtree" | "mounts"> {
  readonly type: FatType;
  /** Absent: only what boot loaders place. */
  readonly tree?: Ref | undefined;
  readonly partition: { offsetBytes: number; sizeBytes: number; uuid: string; label: string };
  readonly installs: readonly BootInstall[];
  readonly sourceDateEpoch: number;
}

/** Writes a FAT filesystem as a file of the store: its tree and what boot loaders place, read back before it counts. */
export async function makeFat(request: FatRequest, ctx: Context) {
  ctx.log.progress("planning the filesystem");
  const plan = await planContents(request, ctx);
  const sourcePath = (digest: string) => ctx.store.path("layer", digest);
  const { signal } = ctx;
  const pace = startPace();
  const progress = (done: number, total: number) =>
    ctx.log.progress(`writing ${pace(done, total)}`);
  return ctx.store.stage(async (folder) => {
    const path = join(folder, "fat");
    const file = await open(path, "wx+");
    try {
      await writeFat(plan, file, sourcePath, { signal, progress });
      await verifyFat(plan, file, signal);
    } finally {
      await file.close();
    }
    return { ...(await commitFile(path, ctx)), freeBytes: plan.freeBytes };
  });
}

async function planContents(request: FatRequest, ctx: Context): Promise<FatPlan> {
  const { tree, files: folders } = await ownTree(request, ctx);
  const files = [...(await placedFiles(request.installs, ctx)), ...folders];
  refuseTwice(tree, files);
  const fill = (list: readonly MachineFile[]) =>
    withFiles(tree, list, request.sourceDateEpoch, ctx.store);
  const loader = request.installs.find((install) => install.method === "syslinux");
  if (!loader?.bootSector) return planFat(await fill(files), optionsOf(request));

  const path = join(loader.directory, "ldlinux.sys").slice(1);
  const ldlinux = files.find((file) => file.path === path);
  if (!ldlinux?.from) throw new Error(`The boot loader places no /${path}`);
  const pristine = {
    ldlinuxSys: await readFile(ldlinux.from),
    bootSector: await readFile(await ctx.materialise(loader.bootSector)),
  };
  const options = optionsOf(request, { path, bootSector: pristine.bootSector });
  // Where it lies is decided by sizes alone, so it can be told before it is written.
  const draft = planFat(await fill(files), options);
  const patched = patchExtlinux({
    ...pristine,
    sectors: draft.sectorsOf(path),
    partitionStartSector: options.startSector,
    partitionSectors: options.geometry.sectors,
    directory: loader.directory === "/" ? "" : loader.directory,
  });
  const { from: _, ...rest } = ldlinux;
  const told = { ...rest, content: patched.ldlinuxSys };
  return planFat(
    await fill(files.map((file) => (file === ldlinux ? told : file))),
    optionsOf(request, { path, bootSector: patched.bootSector }),
  );
}

async function ownTree(
  { tree, subtree, mounts = [], sourceDateEpoch }: FatRequest,
  ctx: Context,
): Promise<{ tree: Tree; files: readonly MachineFile[] }> {
  if (tree) return partOfTree({ tree, subtree, mounts }, ctx);
  const root = { kind: "entry", path: "", type: "directory", mode: 0o755, uid: 0, gid: 0 } as const;
  const times = { mtime: sourceDateEpoch, mtimeNs: 0, size: 0 };
  const empty: Tree = { items: [{ ...root, ...times }, { kind: "boundary" }], sources: [] };
  return { tree: empty, files: [] };
}

async function placedFiles(installs: readonly BootInstall[], ctx: Context): Promise<MachineFile[]> {
  const files: MachineFile[] = [];
  for (const { path, mode, content } of installs.flatMap((install) => install.files)) {
    const from = await ctx.materialise(content);
    files.push({ path: path.slice(1), type: "file", mode, uid: 0, gid: 0, from });
  }
  return files;
}

/** What a boot loader places never takes the place of what the tree has, nor of what another one places. */
function refuseTwice(tree: Tree, files: readonly MachineFile[]): void {
  const entries = entriesByPath(tree);
  const placed = new Set<string>();
  for (const { path } of files) {
    const twice = placed.has(path);
    if (twice || entries.has(path))
      throw new ContentError(
        `${shownName(`/${path}`)} is placed by a boot loader or files, and by ${twice ? "another one" : "the tree"}`,
        { hint: "remove it in the Dockerfile, or take another subtree" },
      );
    placed.add(path);
  }
}

function optionsOf(
  { type, partition, sourceDateEpoch }: FatRequest,
  loader?: { readonly path: string; readonly bootSector: Uint8Array },
) {
  const { offsetBytes, sizeBytes, uuid, label } = partition;
  const geometry = fatGeometry(type, sizeBytes / sectorBytes);
  if (!geometry) throw new ContentError(`A partition of ${sizeBytes} bytes cannot hold ${type}`);
  const startSector = offsetBytes / sectorBytes;
  return { geometry, uuid, label, startSector, epochSeconds: sourceDateEpoch, loader };
}
