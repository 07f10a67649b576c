import type { HistoryEntry, ImageConfig } from "./image-config.ts";

/** A layer of an image: a plain tar. */
export interface IngestedLayer {
  /** `sha256:…` of the tar, which is what the image's configuration calls its diff id. */
  readonly digest: string;
  readonly file: string;
  /**
   * True when the file is the source's own: not to be moved, and not hashed yet. `indexLayer` does that when it is
   * given the digest.
   */
  readonly inPlace: boolean;
}

/** An image: its layers, bottom first, and its configuration. */
export interface Ingested {
  readonly layers: readonly IngestedLayer[];
  readonly config: ImageConfig;
  /** What made the layers, bottom first; left out by what is no image. */
  readonly history?: readonly HistoryEntry[];
}

export interface IngestOptions {
  /** Folder that the layers are written to, as `<hex>.tar`; nothing is written elsewhere. */
  readonly into: string;
  readonly signal?: AbortSignal | undefined;
  /** Called with the bytes written so far. */
  readonly progress?: ((bytes: number) => void) | undefined;
  /** Most bytes that all layers may have when decompressed, against archives that never end. Default: 256 GiB. */
  readonly maxBytes?: number | undefined;
}
