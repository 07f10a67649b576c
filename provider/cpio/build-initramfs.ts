import { join } from "node:path";
import { InputError } from "../errors.ts";
import type { MachineFile } from "../image/machine-file.ts";
import { withFiles } from "../image/with-files.ts";
import type { ProcessConfig } from "../init/command.ts";
import type { InitOptions } from "../init/options.ts";
import type { Ref } from "../plan/ref.ts";
import type { Context } from "../resource.ts";
import { commitFile } from "../store/commit-file.ts";
import { firstOf } from "../tree/first-of.ts";
import { loadTree } from "../tree/object.ts";
import { startPace } from "../tree/pace.ts";
import { findEntry } from "../tree/read-file.ts";
import { printable } from "../tree/shown-name.ts";
import type { SourcePath, Tree } from "../tree/types.ts";
import { type Compression, compressFile } from "./compress.ts";
import type { CpioRefusal } from "./limits.ts";
import { type CpioPlan, planCpio } from "./plan-cpio.ts";
import { initFiles } from "./tree-init.ts";
import { writeCpio } from "./write-cpio.ts";

/** Everything that decides an initramfs made of a tree. */
export interface TreeInitramfs {
  readonly tree: Ref;
  readonly compression: Compression;
  readonly dropXattrs: readonly string[];
  /** Absent where the tree has its own /init. */
  readonly init?: InitOptions | undefined;
  readonly config?: ProcessConfig | undefined;
}

const mostRefusals = 20;

/** Looks at a tree that is already here, so that a preview refuses what cannot be made; says nothing of another. */
export async function checkInitramfs(
  request: TreeInitramfs,
  { store }: Pick<Context, "store">,
): Promise<void> {
  const { kind, digest } = request.tree;
  if (kind !== "tree" || !(await store.has(kind, digest))) return;
  const tree = await loadTree(store.path(kind, digest));
  for (const layer of tree.sources) if (!(await store.has("layer", layer))) return;
  const sourcePath = (source: string) => store.path("layer", source);
  await initOf(request, tree, sourcePath);
  demandFits(planCpio(tree, request).refusals);
}

/** Packs a tree, with an init where one is asked for, into a file of the store. */
export async function buildInitramfs(request: TreeInitramfs, ctx: Context) {
  const { compression } = request;
  const tree = await loadTree(await ctx.materialise(request.tree));
  const { plan, sources } = await planTree(request, tree, ctx);
  if (plan.roundedTimes > 0)
    ctx.log.info(
      `The times of ${plan.roundedTimes} entries lose their fraction of a second: cpio keeps whole seconds`,
    );
  return ctx.store.stage(async (folder) => {
    const file = join(folder, "initramfs");
    const pace = startPace();
    await writeCpio(plan, sources, file, (source) => ctx.store.path("layer", source), {
      signal: ctx.signal,
      progress: (done, total) => ctx.log.progress(`packing ${pace(done, total)}`),
    });
    if (compression !== "none")
      ctx.log.progress(`compressing ${megabytes(plan.sizeBytes)} MB with ${compression}`);
    await compressFile(file, { compression, folder, sizeBytes: plan.sizeBytes }, ctx);
    const kept = await commitFile(file, ctx);
    return { ...kept, version: "", path: "", unpackedBytes: plan.sizeBytes };
  });
}

async function planTree(
  request: TreeInitramfs,
  tree: Tree,
  { store }: Pick<Context, "store">,
): Promise<{ plan: CpioPlan; sources: readonly string[] }> {
  const files = await initOf(request, tree, (source) => store.path("layer", source));
  const whole = await withFiles(tree, files, rootTime(tree), store);
  const { plan, refusals } = planCpio(whole, request);
  demandFits(refusals);
  return { plan, sources: whole.sources };
}

/** What is added to a tree so that it starts; nothing where it has an /init of its own. */
async function initOf(
  { init, config }: TreeInitramfs,
  tree: Tree,
  sourcePath: SourcePath,
): Promise<MachineFile[]> {
  if (init) return initFiles(tree, init, config, sourcePath);
  demandInit(tree);
  return [];
}

function demandFits(refusals: readonly CpioRefusal[]): void {
  if (refusals.length === 0) return;
  const lines = refusals.map(({ path, reason }) => `/${printable(path)}: ${reason}`);
  throw new InputError(
    firstOf(lines, mostRefusals).map((reason) => ({ property: "tree", reason })),
  );
}

function demandInit(tree: Tree): void {
  const init = findEntry(tree, "init");
  if (init?.type === "file" && (init.mode & 0o111) !== 0) return;
  throw new InputError([
    {
      property: "tree",
      reason: `the image has no /init that can be run (give init: { run: "shell" }, or add one in the Dockerfile)`,
    },
  ]);
}

/** Added files get the time of the tree's root: no clock, and no input of its own. */
function rootTime(tree: Tree): number {
  return Math.max(0, findEntry(tree, "")?.mtime ?? 0);
}

function megabytes(bytes: number): string {
  return (bytes / 1e6).toFixed(0);
}
