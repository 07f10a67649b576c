import { InputError, MissingToolError, ToolError } from "../errors.ts";
import { debPackages } from "../packages/deb.ts";
import { inBrief, newPackages, type Package } from "../packages/package.ts";
import { digestOf } from "../plan/canonical.ts";
import type { Context } from "../resource.ts";
import type { Ingested } from "../tree/ingest/types.ts";
import { findInit } from "../tree/init.ts";
import { findKernels } from "../tree/kernels.ts";
import { readOsRelease } from "../tree/os-release.ts";
import { findEntry, readTreeFile } from "../tree/read-file.ts";
import type { Tree } from "../tree/types.ts";
import { baseContext } from "./base-layout.ts";
import { built, renewed } from "./build-layers.ts";
import { type Parts, planInstall } from "./install-plan.ts";
import type { RootfsInputs } from "./rootfs-schema.ts";

/** The parts that are wished for and that a tree lacks. */
export function missingParts(wished: RootfsInputs["install"], tree: Tree): Parts {
  return {
    kernel: wished?.kernel === true && findKernels(tree).length === 0,
    init: wished?.init === true && findInit(tree) === undefined,
  };
}

/** Installs the missing parts into an image by a build on top of it; returns the layers of both. */
export async function installParts(
  parts: Parts,
  plan: RootfsInputs,
  image: { readonly layers: Ingested["layers"]; readonly tree: Tree },
  ctx: Context,
): Promise<Ingested["layers"]> {
  const osRelease = await readOsRelease(image.tree, (layer) => ctx.store.path("layer", layer));
  const has = (path: string) => findEntry(image.tree, path) !== undefined;
  const planned = planInstall(parts, { osRelease, has }, plan.sourceDateEpoch);
  if ("problem" in planned) throw new InputError([planned.problem]);
  const { builder, network, triggers = [] } = plan.source.dockerfile ?? plan.source.git ?? {};
  const build = {
    ...{ dockerfile: planned.dockerfile, platform: plan.platform, builder, network },
    contexts: { base: await baseContext(image.layers, ctx.store) },
  };
  const identity = digestOf({ install: planned.dockerfile, source: plan.source });
  ctx.log.progress(`installing ${named(parts)}`);
  const { layers } = await renewed(identity, triggers, ctx, (noCache) =>
    built({ ...build, noCache }, ctx, () => {
      throw new MissingToolError(
        "A builder that exports OCI layouts is needed to install a kernel or an init, but the engine has none",
        { hint: "docker buildx create --name NAME, and source.dockerfile.builder: NAME" },
      );
    }),
  );
  return layers;
}

/** What was installed, by the package manager's own account, or an error when a part is still missing. */
export async function installedPackages(
  wished: RootfsInputs["install"],
  before: Tree,
  after: Tree,
  ctx: Context,
): Promise<Package[]> {
  const left = missingParts(wished, after);
  if (left.kernel || left.init)
    throw new ToolError(
      `The image has no ${named(left)} after the distribution's packages were installed`,
    );
  const [old, now] = await Promise.all([before, after].map((tree) => packagesOf(tree, ctx)));
  return newPackages(old ?? [], now ?? []);
}

/** Status files of full desktops have a few MiB. */
const statusBytes = 64 << 20;

async function packagesOf(tree: Tree, ctx: Context): Promise<Package[]> {
  const layer = (digest: string) => ctx.store.path("layer", digest);
  const status = await readTreeFile(tree, "var/lib/dpkg/status", layer, statusBytes);
  return inBrief(debPackages(status?.toString() ?? ""));
}

function named({ kernel, init }: Parts): string {
  return [kernel ? "kernel" : "", init ? "init" : ""].filter(Boolean).join(" and ");
}
