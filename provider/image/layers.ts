import { join, resolve } from "node:path";
import { digestOf } from "../plan/canonical.ts";
import type { Context } from "../resource.ts";
import { firstOf } from "../tree/first-of.ts";
import { ingestDirectory } from "../tree/ingest/directory.ts";
import { ingestDisk } from "../tree/ingest/disk.ts";
import { ingestDockerArchive } from "../tree/ingest/docker-archive.ts";
import { ingestOciArchive, ingestOciLayout } from "../tree/ingest/oci.ts";
import { naming } from "../tree/ingest/source.ts";
import { ingestTar } from "../tree/ingest/tar.ts";
import type { Ingested } from "../tree/ingest/types.ts";
import { shownName } from "../tree/shown-name.ts";
import { built, commitLayers, renewed } from "./build-layers.ts";
import { rawDisk } from "./raw-disk.ts";
import type { RootfsSource } from "./source-schema.ts";

/** Brings the layers of an image into the store, uncompressed, and says what its configuration is. */
export async function imageLayers(
  source: RootfsSource,
  platform: string,
  ctx: Context,
): Promise<Ingested> {
  const { dockerfile, git, image } = source;
  if (dockerfile) {
    const context = resolve(ctx.cwd, dockerfile.context);
    const file = join(context, dockerfile.file ?? "Dockerfile");
    return builtOnceAnew(
      { ...dockerfile, context, file, platform },
      digestOf({ dockerfile, platform }),
      ctx,
    );
  }
  if (git) {
    const { url, commit, path, file = "Dockerfile", ...options } = git;
    const context = `${url}#${commit}${path === undefined ? "" : `:${path}`}`;
    return builtOnceAnew({ ...options, context, file, platform }, digestOf({ git, platform }), ctx);
  }
  // The image's own layers, by the same way: only those that the store lacks travel.
  if (image) return built({ dockerfile: `FROM ${image}\n`, platform }, ctx);
  if (source.disk) return fromDisk(source.disk, ctx);
  return archived(source, ctx);
}

type ContextBuild = Omit<NonNullable<RootfsSource["dockerfile"]>, "file"> & {
  readonly file: string;
  readonly platform: string;
};

/** Builds a Dockerfile of a context; `identity` tells the builds apart that have seen their triggers. */
function builtOnceAnew(
  { triggers = [], file, secrets, ...options }: ContextBuild,
  identity: string,
  ctx: Context,
): Promise<Ingested> {
  const build = {
    ...options,
    dockerfile: file,
    secrets: secrets?.map((s) => (s.file ? { ...s, file: resolve(ctx.cwd, s.file) } : s)),
  };
  return renewed(identity, triggers, ctx, (noCache) => built({ ...build, noCache }, ctx));
}

async function archived(source: RootfsSource, ctx: Context): Promise<Ingested> {
  return ctx.store.stage(async (into) => {
    const options = {
      into,
      signal: ctx.signal,
      progress: (bytes: number) => ctx.log.progress(`${Math.round(bytes / 1e6)} MB read`),
    };
    const at = (path: string) => resolve(ctx.cwd, path);
    const { ociLayout, ociArchive, dockerArchive, tar, directory } = source;
    const ingested = ociLayout
      ? await ingestOciLayout(at(ociLayout), options)
      : ociArchive
        ? await ingestOciArchive(at(ociArchive), options)
        : dockerArchive
          ? await ingestDockerArchive(at(dockerArchive), options)
          : tar
            ? await ingestTar(at(tar), options)
            : await ingestDirectory(at(directory ?? "."), options);
    return commitLayers(ingested, into, ctx);
  });
}

/** The files of a disk's partition; what they cannot be taken with is said. */
async function fromDisk(disk: NonNullable<RootfsSource["disk"]>, ctx: Context): Promise<Ingested> {
  const path = resolve(ctx.cwd, disk.path);
  const lost: string[] = [];
  const ingested = await ctx.store.stage(async (into) => {
    const raw = await naming("disk", path, () => rawDisk(path, into, ctx));
    const taken = await ingestDisk(raw.path, {
      ...{ into, signal: ctx.signal, sizeBytes: raw.sizeBytes, partition: disk.partition },
      progress: (bytes) => ctx.log.progress(`${Math.round(bytes / 1e6)} MB read`),
      leftOut: (name, what) => lost.push(`${shownName(`/${name}`)} (${what})`),
    });
    return commitLayers(taken, into, ctx);
  });
  if (lost.length > 0)
    ctx.log.warn(
      ["An image of a machine cannot keep, and so the tree is without:", ...firstOf(lost, 10)].join(
        "\n  ",
      ),
    );
  return ingested;
}
