import * as z from "zod";
import { ContentError } from "../../errors.ts";
import { shownText } from "../shown-name.ts";
import { type Blobs, blobJson, folderBlobs, unpackBlobs } from "./blobs.ts";
import { parseImageConfig, parseJson } from "./image-config.ts";
import { plainLayers } from "./image-layers.ts";
import { LayerWriter } from "./layer-writer.ts";
import { type ArchiveSource, archiveChunks, naming } from "./source.ts";
import type { Ingested, IngestOptions } from "./types.ts";

const digest = z.string().regex(/^sha256:[0-9a-f]{64}$/, "must be sha256: and 64 hex digits");
const descriptor = z.object({
  digest,
  platform: z.object({ os: z.string(), architecture: z.string() }).nullish(),
  annotations: z.record(z.string(), z.string()).nullish(),
});
const indexSchema = z.object({ manifests: z.array(descriptor) });
const manifestSchema = z.object({ config: descriptor, layers: z.array(descriptor) });

export interface OciOptions extends IngestOptions {
  /** Digest of the image's manifest or index. Default: the one image for linux/amd64 in index.json. */
  readonly manifest?: string | undefined;
}

/** Takes an image out of an OCI layout folder; layers that are plain tars are handed back where they lie. */
export async function ingestOciLayout(folder: string, options: OciOptions): Promise<Ingested> {
  return naming("OCI layout", folder, () =>
    ingest(folderBlobs(folder), new LayerWriter(options), options.manifest),
  );
}

/** Takes an image out of a tar of an OCI layout. */
export async function ingestOciArchive(
  source: ArchiveSource,
  options: OciOptions,
): Promise<Ingested> {
  return naming("OCI archive", source, async () => {
    const writer = new LayerWriter(options);
    const blobs = await unpackBlobs(archiveChunks(source, options.signal), writer);
    try {
      return await ingest(blobs, writer, options.manifest);
    } finally {
      await blobs.clear();
    }
  });
}

async function ingest(blobs: Blobs, writer: LayerWriter, chosen?: string): Promise<Ingested> {
  const image = await findManifest(blobs, chosen);
  const json = await blobJson(blobs, blobName(image.config.digest), image.config.digest);
  const { diffIds, config, history } = parseImageConfig(json);
  if (image.layers.length !== diffIds.length) {
    throw new ContentError(`it lists ${image.layers.length} layers and ${diffIds.length} digests`);
  }
  const named = image.layers.map((layer, i) => ({
    blob: blobName(layer.digest),
    blobDigest: layer.digest,
    diffId: diffIds[i]!,
  }));
  return { layers: await plainLayers(named, blobs, writer), config, history };
}

/** Goes from an index to an index to a manifest: buildx and containerd nest them. */
async function findManifest(
  blobs: Blobs,
  chosen?: string,
): Promise<z.output<typeof manifestSchema>> {
  if (chosen !== undefined) parseJson(digest, chosen, "the manifest's digest");
  let json = chosen === undefined ? await blobJson(blobs, "index.json") : await blob(blobs, chosen);
  for (let depth = 0; depth < 4; depth++) {
    if (typeof json === "object" && json !== null && "layers" in json) {
      return parseJson(manifestSchema, json, "the image's manifest");
    }
    json = await blob(
      blobs,
      chooseImage(parseJson(indexSchema, json, "the image's index").manifests),
    );
  }
  throw new ContentError("its indexes are nested too deep");
}

function blob(blobs: Blobs, digest: string): Promise<unknown> {
  return blobJson(blobs, blobName(digest), digest);
}

function blobName(digest: string): string {
  return `blobs/sha256/${digest.slice("sha256:".length)}`;
}

function chooseImage(manifests: readonly z.output<typeof descriptor>[]): string {
  const images = manifests.filter(
    ({ annotations }) => annotations?.["vnd.docker.reference.type"] !== "attestation-manifest",
  );
  const fitting = images.filter(
    ({ platform }) => !platform || (platform.os === "linux" && platform.architecture === "amd64"),
  );
  if (fitting.length === 1) return fitting[0]!.digest;
  const names = images.map(
    ({ digest, platform, annotations }) =>
      annotations?.["org.opencontainers.image.ref.name"] ??
      (platform ? `${platform.os}/${platform.architecture}` : digest),
  );
  throw new ContentError(
    `it has ${fitting.length} images for linux/amd64, of: ${shownText(names.join(", "))}`,
  );
}
