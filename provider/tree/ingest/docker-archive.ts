import * as z from "zod";
import { ContentError } from "../../errors.ts";
import { shownText } from "../shown-name.ts";
import { blobJson, unpackBlobs } from "./blobs.ts";
import { parseImageConfig, parseJson } from "./image-config.ts";
import { plainLayers } from "./image-layers.ts";
import { LayerWriter } from "./layer-writer.ts";
import { type ArchiveSource, archiveChunks, naming } from "./source.ts";
import type { Ingested, IngestOptions } from "./types.ts";

const manifestSchema = z.array(
  z.object({
    Config: z.string(),
    RepoTags: z.array(z.string()).nullish(),
    Layers: z.array(z.string()).nullish(),
  }),
);

/** Takes the image out of an archive that `docker save` wrote: any engine's, with `<id>/layer.tar` or with `blobs/`. */
export async function ingestDockerArchive(
  source: ArchiveSource,
  options: IngestOptions,
): Promise<Ingested> {
  return naming("docker archive", source, async () => {
    const writer = new LayerWriter(options);
    const blobs = await unpackBlobs(archiveChunks(source, options.signal), writer);
    try {
      const manifest = await blobJson(blobs, "manifest.json");
      const images = parseJson(manifestSchema, manifest, "manifest.json");
      const [image] = images;
      if (image === undefined || images.length > 1) {
        const names = images.map(({ RepoTags }) => RepoTags?.[0] ?? "an image without a name");
        throw new ContentError(`it has ${images.length} images: ${shownText(names.join(", "))}`, {
          hint: "save one image",
        });
      }
      const { diffIds, config, history } = parseImageConfig(await blobJson(blobs, image.Config));
      const names = image.Layers ?? [];
      if (names.length !== diffIds.length) {
        throw new ContentError(`it lists ${names.length} layers and ${diffIds.length} digests`);
      }
      const named = names.map((blob, i) => ({ blob, diffId: diffIds[i]! }));
      return { layers: await plainLayers(named, blobs, writer), config, history };
    } finally {
      await blobs.clear();
    }
  });
}
