import { access, constants, copyFile, mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { ContentError } from "../errors.ts";
import { buildInEngine, buildToLayout, NoLayoutExport, saveImage } from "../host/build.ts";
import type { Build } from "../host/build-arguments.ts";
import { buildProgress } from "../host/build-report.ts";
import type { Context } from "../resource.ts";
import { sha256File } from "../store/verify.ts";
import { ingestDockerArchive } from "../tree/ingest/docker-archive.ts";
import { ingestOciLayout } from "../tree/ingest/oci.ts";
import type { Ingested } from "../tree/ingest/types.ts";

/** Runs a build without cached layers the first time that it sees its triggers, and with them from then on. */
export async function renewed<T>(
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

/** Runs a build and brings the layers of its image into the store; `onOlderEngine` goes before the way round for one that exports no layout. */
export async function built(
  build: Build,
  ctx: Context,
  onOlderEngine: () => void = () => {},
): Promise<Ingested> {
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
        onOlderEngine();
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

/** Brings layers that are not in the builder's layout yet into the store. */
export async function commitLayers(
  ingested: Ingested,
  stage: string,
  ctx: Context,
): Promise<Ingested> {
  for (const { digest, file, inPlace } of ingested.layers) {
    const own = inPlace ? join(stage, digest.slice("sha256:".length)) : file;
    if (inPlace) await copyFile(file, own, constants.COPYFILE_FICLONE);
    if (inPlace && (await sha256File(own, ctx.signal)) !== digest)
      throw new ContentError(`The layer ${digest} of the OCI layout is damaged: ${file}`);
    await ctx.store.commit({ kind: "layer", digest, file: own });
  }
  return ingested;
}
