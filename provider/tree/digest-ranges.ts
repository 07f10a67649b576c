import { createHash } from "node:crypto";
import type { FileHandle } from "node:fs/promises";
import type { Range } from "../plan/ranges.ts";
import { readFully } from "./read-fully.ts";

const chunkBytes = 1 << 20;

/** SHA-256 of ranges of a file, one after another, in hexadecimal; undefined where the file ends before one of them. */
export async function digestOfRanges(
  handle: FileHandle,
  ranges: readonly Range[],
  signal?: AbortSignal,
): Promise<string | undefined> {
  const hash = createHash("sha256");
  const buffer = Buffer.allocUnsafe(chunkBytes);
  for (const { start, end } of ranges)
    for (let at = start; at < end; ) {
      signal?.throwIfAborted();
      const chunk = buffer.subarray(0, Math.min(chunkBytes, end - at));
      if (!(await readFully(handle, chunk, at))) return undefined;
      hash.update(chunk);
      at += chunk.length;
    }
  return hash.digest("hex");
}
