import { decompressed } from "./decompress.ts";
import { noConfig } from "./image-config.ts";
import { LayerWriter } from "./layer-writer.ts";
import { type ArchiveSource, archiveChunks, naming } from "./source.ts";
import type { Ingested, IngestOptions } from "./types.ts";

/** Takes a tar of a root filesystem, plain or compressed with gzip or zstd, as an image of one layer. */
export async function ingestTar(source: ArchiveSource, options: IngestOptions): Promise<Ingested> {
  return naming("tar", source, async () => {
    const writer = new LayerWriter(options);
    const written = await writer.write(decompressed(archiveChunks(source, options.signal)));
    const file = await writer.finish(written);
    return { layers: [{ digest: written.digest, file, inPlace: false }], config: noConfig };
  });
}
