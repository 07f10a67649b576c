import { createReadStream } from "node:fs";
import type { Readable } from "node:stream";
import { ContentError } from "../../errors.ts";

/** An archive: the path of a file, or a stream such as an engine's answer. */
export type ArchiveSource = string | Readable;

/** An archive's bytes in order. */
export function archiveChunks(source: ArchiveSource, signal?: AbortSignal): AsyncIterable<Buffer> {
  if (typeof source !== "string") return source;
  // Not chunksOf, whose memory is used again: decompression reads ahead.
  return createReadStream(source, { highWaterMark: 1 << 20, ...(signal && { signal }) });
}

/** Runs work on a source; what is wrong with its content is said with its name. */
export async function naming<T>(what: string, source: unknown, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof ContentError)) throw error;
    const name = typeof source === "string" ? `${what} ${source}` : what;
    throw new ContentError(`cannot read the ${name}: ${error.message}`, { cause: error });
  }
}
