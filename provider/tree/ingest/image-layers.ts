import { ContentError } from "../../errors.ts";
import { shownText } from "../shown-name.ts";
import { type Blobs, blobChunks } from "./blobs.ts";
import { decompressed } from "./decompress.ts";
import type { LayerWriter } from "./layer-writer.ts";
import type { IngestedLayer } from "./types.ts";

/** A layer as its image names it: the name of its blob, what that blob's digest should be if known, and the tar's. */
export interface NamedLayer {
  readonly blob: string;
  readonly blobDigest?: string;
  readonly diffId: string;
}

/** Makes plain, verified tars of an image's layers; those that are one already in a layout stay where they are. */
export async function plainLayers(
  layers: readonly NamedLayer[],
  blobs: Blobs,
  writer: LayerWriter,
): Promise<IngestedLayer[]> {
  const made = new Map<string, IngestedLayer>();
  for (const { blob: name, blobDigest, diffId } of layers) {
    if (made.has(diffId)) continue; // An image may have one layer twice.
    const blob = await blobs.get(name);
    if (blob === undefined) throw new ContentError(`the layer ${shownText(name)} is missing`);
    if (blob.inPlace && blobDigest === diffId) {
      made.set(diffId, { digest: diffId, file: blob.file, inPlace: true });
      continue;
    }
    const plain =
      blob.digest === diffId
        ? { file: blob.file, digest: diffId, size: 0 }
        : await writer.write(decompressed(blobChunks(blob)));
    if (plain.digest !== diffId) {
      throw new ContentError(
        `the layer ${shownText(name)} has the digest ${plain.digest}, not ${diffId}`,
      );
    }
    made.set(diffId, { digest: diffId, file: await writer.finish(plain), inPlace: false });
  }
  return layers.map(({ diffId }) => made.get(diffId)!);
}
