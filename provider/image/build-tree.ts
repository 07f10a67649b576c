import { join } from "node:path";
import type { z } from "zod";
import { InputError } from "../errors.ts";
import { minimumSize } from "../ext4/minimum-size.ts";
import { commitOrigin } from "../manifest/rootfs-origin.ts";
import { canonicalJson } from "../plan/canonical.ts";
import { encodeRecipe, type Ref } from "../plan/ref.ts";
import type { Context } from "../resource.ts";
import { treeDigest } from "../tree/digest.ts";
import { fingerprint } from "../tree/fingerprint.ts";
import type { Ingested } from "../tree/ingest/types.ts";
import { findKernels } from "../tree/kernels.ts";
import { saveTree, trees } from "../tree/object.ts";
import { readOsRelease } from "../tree/os-release.ts";
import { forgetPaths } from "../tree/read-file.ts";
import { shownText } from "../tree/shown-name.ts";
import type { Entry, Tree } from "../tree/types.ts";
import { addedFiles } from "./added-files.ts";
import { installedPackages, installParts, missingParts } from "./install.ts";
import { imageLayers } from "./layers.ts";
import { LayersAhead, mergedTree, noteLayers } from "./merged-tree.ts";
import { observeRootfs } from "./observe.ts";
import type { RootfsInputs, rootfsOutputs } from "./rootfs-schema.ts";
import { withFiles } from "./with-files.ts";

/** Room for boot files and for the machine to run, before sizes round up. */
const spareMiB = 32;
const stepMiB = 64;

/** Builds the image and makes its tree: the layers merged, scrubbed, and completed by what the machine needs. */
export async function buildTree(
  plan: RootfsInputs,
  ctx: Context,
): Promise<z.output<typeof rootfsOutputs>> {
  const ahead = new LayersAhead();
  const ingested = await layersAsObserved(plan, ctx, ahead);
  const { layers, config } = ingested;
  demandPlatform(config.architecture, plan.platform);
  const image = await mergedTree(layers, plan, ctx, ahead);
  const parts = missingParts(plan.install, image.tree);
  const allLayers =
    parts.kernel || parts.init
      ? await installParts(parts, plan, { layers, tree: image.tree }, ctx)
      : layers;
  const scrubbed = allLayers === layers ? image : await mergedTree(allLayers, plan, ctx);
  const installed =
    scrubbed === image ? [] : await installedPackages(plan.install, image.tree, scrubbed.tree, ctx);
  const tree = await withFiles(
    scrubbed.tree,
    await addedFiles(plan, { tree: scrubbed.tree, config }, ctx),
    plan.sourceDateEpoch,
    ctx.store,
  );
  // All that the files could change has been read by now.
  const [ref] = await Promise.all([commitTree(tree, ctx), demandUnchanged(plan, ctx)]);
  const { tree: merged, record } = scrubbed;
  const origin = await commitOrigin(
    plan,
    {
      ...{ tree, digest: ref.digest, merged, record, image: ingested },
      installLayers: allLayers.length - layers.length,
    },
    ctx,
  );
  await noteLayers(layers, ctx);
  const entries = tree.items.filter((item): item is Entry => item.kind === "entry");
  const kernels = findKernels(tree);
  const osRelease = await readOsRelease(tree, (source) => ctx.store.path("layer", source));
  for (const done of [image.tree, merged, tree]) forgetPaths(done);
  return {
    ref,
    origin,
    sizing: { minimumMiB: minimumMiB(tree) },
    kernels: kernels.map(({ version, path, digest, initrdPath, initrdDigest }) => ({
      version,
      path: `/${path}`,
      image: fileRef(ref, path, digest),
      ...(initrdPath && initrdDigest
        ? { initrdPath: `/${initrdPath}`, initrd: fileRef(ref, initrdPath, initrdDigest) }
        : {}),
    })),
    osRelease,
    config: {
      env: config.env,
      entrypoint: config.entrypoint,
      cmd: config.cmd,
      user: config.user,
      workingDir: config.workingDir,
    },
    installed,
    entries: entries.length,
    bytes: entries.reduce((sum, entry) => sum + (entry.type === "file" ? entry.size : 0), 0),
    scrubbed: Object.values(scrubbed.dropped).reduce((sum, count) => sum + count, 0),
    fingerprint: fingerprint(entries),
  };
}

/** A machine cannot run programs of another processor; what does not say for which it is, is taken. */
function demandPlatform(architecture: string, platform: string): void {
  const found = `linux/${architecture}`;
  if (architecture === "" || found === platform) return;
  const reason = `the image is for ${shownText(found)}, the machine for ${platform}`;
  throw new InputError([{ property: "source", reason }], {
    hint: `take the image's variant for ${platform}`,
  });
}

/**
 * Builds the image while the files are looked at once more, and layers are merged `ahead`; ends the build where the files are not those
 * of the plan.
 */
async function layersAsObserved(
  plan: RootfsInputs,
  ctx: Context,
  ahead: LayersAhead,
): Promise<Ingested> {
  const changed = new AbortController();
  const signal = AbortSignal.any([ctx.signal, changed.signal]);
  const building = imageLayers(plan.source, plan.platform, { ...ctx, signal });
  building.catch(() => {});
  try {
    await demandUnchanged(plan, ctx);
  } catch (error) {
    changed.abort(error);
    await building.catch(() => {});
    throw error;
  }
  // The builder has been started by now.
  const merging = ahead.begin(plan, ctx);
  try {
    return await building;
  } finally {
    ahead.end();
    await merging;
  }
}

/** The files that the hashes were taken of are still the same, or what is built is not what was planned. */
async function demandUnchanged(plan: RootfsInputs, ctx: Context): Promise<void> {
  const { observed } = await observeRootfs(plan, ctx.cwd, plan.observed);
  if (canonicalJson(observed) === canonicalJson(plan.observed)) return;
  const before = (plan.observed ?? {}) as Record<string, unknown>;
  const changed = Object.entries(observed).filter(
    ([key, value]) => canonicalJson(value) !== canonicalJson(before[key]),
  );
  throw new InputError(
    [
      {
        property: "source",
        reason: `its ${changed.map(([key]) => key).join(" and ") || "files"} changed while it was being built`,
      },
    ],
    { hint: "run pulumi up again" },
  );
}

async function commitTree(tree: Tree, ctx: Context): Promise<Ref> {
  const digest = treeDigest(tree);
  const needs = tree.sources.map((source) => ({ kind: "layer" as const, digest: source }));
  await ctx.store.stage(async (folder) => {
    const file = join(folder, "tree.json");
    await saveTree(tree, file);
    await ctx.store.commit({ kind: "tree", digest, file, needs });
  });
  trees.keep(ctx.store.path("tree", digest), tree);
  return { kind: "tree", digest, recipe: "" };
}

/** A file of the tree by its content: nothing is copied until a step asks for the bytes. */
function fileRef(tree: Ref, path: string, digest: string): Ref {
  return {
    kind: "file",
    digest,
    recipe: encodeRecipe({ step: "TreeFile", version: 1, plan: { tree, path } }),
  };
}

function minimumMiB(tree: Tree): number {
  const zero = "00000000-0000-8000-8000-000000000000";
  const { bytes } = minimumSize(tree, { uuid: zero, hashSeed: zero, label: "", epochSeconds: 0 });
  return Math.ceil((bytes / 2 ** 20 + spareMiB) / stepMiB) * stepMiB;
}
