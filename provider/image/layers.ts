import { access, constants, copyFile, mkdir, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { ContentError } from "../errors.ts";
import { buildInEngine, buildToLayout, NoLayoutExport, saveImage } from "../host/build.ts";
import type { Build } from "../host/build-arguments.ts";
import { buildProgress } from "../host/build-report.ts";
import { digestOf } from "../plan/canonical.ts";
import type { Context } from "../resource.ts";
import { sha256File } from "../store/verify.ts";
import { ingestDirectory } from "../tree/ingest/directory.ts";
import { ingestDockerArchive } from "../tree/ingest/docker-archive.ts";
import { ingestOciArchive, ingestOciLayout } from "../tree/ingest/oci.ts";
import { ingestTar } from "../tree/ingest/tar.ts";
import type { Ingested } from "../tree/ingest/types.ts";
import type { RootfsSource } from "./source-schema.ts";

/** Brings the layers of an image into the store, uncompressed, and says what its configuration is. */
export async function imageLayers(
  source: RootfsSource,
  platform: string,
  ctx: Context,
): Promise<Ingested> {
  const { dockerfile, image } = source;
  if (dockerfile) {
    const context = resolve(ctx.cwd, dockerfile.context);
    const secrets = dockerfile.secrets?.map((s) => ({
      ...s,
      ...(s.file ? { file: resolve(ctx.cwd, s.file) } : {}),
    }));
    const { triggers = [], file = "Dockerfile", ...options } = dockerfile;
    const build = { ...options, context, dockerfile: join(context, file), secrets, platform };
    return renewed(digestOf({ dockerfile, platform }), triggers, ctx, (noCache) =>
      built({ ...build, noCache }, ctx),
    );
  }
  // The image's own layers, by the same way: only those that the store lacks travel.
  if (image) return built({ dockerfile: `FROM ${image}\n`, platform }, ctx);
  return archived(source, ctx);
}

/** Runs a build without cached layers the first time that it sees its triggers, and with them from then on. */
async function renewed<T>(
  build: string,
  triggers: readonly string[],
  ctx: Context,
  work: (noCache: boolean) => Promise<T>,
): Promise<T> {
  if (triggers.length === 0) return work(false);
  const folder = join(ctx.store.root, "triggers");
  const seen = join(folder, build.slice("sha256:".length));
  const known = await access(seen).then(
    () => true,
    () => false,
  );
  const result = await work(!known);
  await mkdir(folder, { recursive: true });
  await writeFile(seen, "");
  return result;
}

async function built(build: Build, ctx: Context): Promise<Ingested> {
  const layout = join(ctx.store.root, "oci");
  const options = {
    signal: ctx.signal,
    onLine: (line: string) => {
      const text = buildProgress(line);
      if (text) ctx.log.progress(text);
    },
  };
  ctx.log.progress("waits until no other image is being fetched");
  // Two builds into one layout would race for its index file.
  return ctx.store.lock("oci layout", ctx.signal, () =>
    ctx.store.stage(async (stage) => {
      try {
        const manifest = await buildToLayout(build, layout, stage, options);
        const ingested = await ingestOciLayout(layout, { manifest, into: stage });
        for (const { digest } of ingested.layers) await ctx.store.adopt({ kind: "layer", digest });
        return ingested;
      } catch (error) {
        if (!(error instanceof NoLayoutExport)) throw error;
        ctx.log.info("The engine cannot export layers one by one: the whole image is fetched");
        const image = await buildInEngine(build, stage, options);
        return commitLayers(
          await ingestDockerArchive(saveImage(image, ctx.signal), { into: stage }),
          stage,
          ctx,
        );
      }
    }),
  );
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

async function commitLayers(ingested: Ingested, stage: string, ctx: Context): Promise<Ingested> {
  for (const { digest, file, inPlace } of ingested.layers) {
    const own = inPlace ? join(stage, digest.slice("sha256:".length)) : file;
    if (inPlace) await copyFile(file, own, constants.COPYFILE_FICLONE);
    if (inPlace && (await sha256File(own, ctx.signal)) !== digest)
      throw new ContentError(`The layer ${digest} of the OCI layout is damaged: ${file}`);
    await ctx.store.commit({ kind: "layer", digest, file: own });
  }
  return ingested;
}
