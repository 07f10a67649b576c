import { readFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { baseImages } from "../image/base-images.ts";
import { dockerfileStages } from "../image/dockerfile.ts";
import type { RootfsInputs } from "../image/rootfs-schema.ts";
import type { Ref } from "../plan/ref.ts";
import type { Context } from "../resource.ts";
import type { Ingested } from "../tree/ingest/types.ts";
import type { Tree } from "../tree/types.ts";
import { instructionsOf, layerInstructions } from "./layer-instructions.ts";
import { encodeOrigin, type LayerRecord, type OriginSource, originOf } from "./origin.ts";

/** What a Rootfs knows of its tree when it is finished. */
export interface FinishedTree {
  readonly tree: Tree;
  readonly digest: string;
  /** The layers' tree before files of the inputs were added. */
  readonly merged: Tree;
  readonly record: LayerRecord;
  /** The image as it was built. */
  readonly image: Ingested;
  /** Layers that `install` put on it. */
  readonly installLayers: number;
}

/** Writes down where a Rootfs's tree comes from, as a file in the store. */
export async function commitOrigin(
  plan: RootfsInputs,
  { tree, digest, merged, record, image, installLayers }: FinishedTree,
  ctx: Pick<Context, "store" | "cwd">,
): Promise<Ref> {
  const dockerfile = await dockerfileText(plan, ctx.cwd);
  const { buildArgs, target } = plan.source.dockerfile ?? {};
  const stages = dockerfileStages(dockerfile, buildArgs);
  const built = layerInstructions(
    image.layers.length,
    image.history ?? [],
    instructionsOf(stages, target),
  );
  const installed = { instruction: "Rootfs install: the distribution's packages" };
  const origin = originOf(
    tree,
    merged,
    record,
    {
      tree: digest,
      sourceDateEpoch: plan.sourceDateEpoch,
      source: sourceOf(plan, dockerfile, stages),
      layers: [...built, ...Array.from({ length: installLayers }, () => installed)],
    },
    `Rootfs inputs: ${ownInputs(plan).join(", ")}`,
  );
  const bytes = Buffer.from(encodeOrigin(origin));
  return { kind: "file", digest: await ctx.store.putBytes(bytes), recipe: "" };
}

/** The text of the Dockerfile; empty where the source has none, or only its builder sees it. */
async function dockerfileText({ source }: RootfsInputs, cwd: string): Promise<string> {
  if (!source.dockerfile) return "";
  const { context, file = "Dockerfile" } = source.dockerfile;
  return readFile(join(resolve(cwd, context), file), "utf8");
}

function sourceOf(
  { source, observed = {} }: RootfsInputs,
  dockerfile: string,
  stages: ReturnType<typeof dockerfileStages>,
): OriginSource {
  const { dockerfile: build, git, image, disk, ...paths } = source;
  const [kind = ""] = Object.entries(source).find(([, value]) => value !== undefined) ?? [];
  const name = [build?.context, git?.url, image, disk?.path, ...Object.values(paths)].find(Boolean);
  const file = build ? (build.file ?? "Dockerfile") : git ? (git.file ?? "Dockerfile") : undefined;
  const known = new Map(
    (observed.baseImages ?? []).map((text) => text.split(" ", 2) as [string, string]),
  );
  const bases = baseImages(dockerfile, build?.buildArgs).map((base) => {
    const digest = known.get(base);
    return { name: base, ...(digest && { digest }) };
  });
  const imageDigest = observed.image?.split(" ", 2)[1];
  const digests = {
    dockerfile: observed.dockerfile,
    context: observed.context,
    gitCommit: git?.commit,
    image: imageDigest,
    source: observed.source,
    ...Object.fromEntries((observed.files ?? []).map((hash, i) => [`files[${i}]`, hash])),
  };
  return {
    kind,
    ...(file && { file }),
    ...(name && { name }),
    digests: Object.fromEntries(
      Object.entries(digests).filter((entry): entry is [string, string] => Boolean(entry[1])),
    ),
    stages: stages.map(({ name, line, from }) => ({ name, line, from })),
    baseImages: bases,
  };
}

/** The inputs that add files to an image. */
function ownInputs(plan: RootfsInputs): string[] {
  const given = {
    hostname: plan.hostname !== undefined,
    network: plan.network !== "none",
    service: plan.service,
    growRootOnFirstBoot: plan.growRootOnFirstBoot,
    files: plan.files.length > 0,
  };
  return Object.entries(given).flatMap(([name, isGiven]) => (isGiven ? [name] : []));
}
