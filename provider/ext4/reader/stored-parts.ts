import { PAGE } from "../../tree/data-ranges.ts";
import type { Region } from "../../tree/sparse.ts";
import type { FoundRun } from "./runs.ts";

/** Most holes that a tar's map of a file has room for; the shorter ones are stored as zeros. */
const mostHoles = 20_000;

/** The parts of a file to store, in whole pages: all but its holes. */
export function storedParts(
  runs: readonly FoundRun[],
  blockBytes: number,
  sizeBytes: number,
): Region[] {
  const holes: Region[] = [];
  let end = 0;
  const skip = (until: number) => {
    const start = Math.ceil(end / PAGE) * PAGE;
    const stop = until === sizeBytes ? until : Math.floor(until / PAGE) * PAGE;
    if (stop > start) holes.push([start, stop - start]);
  };
  for (const { logical, count } of runs) {
    skip(logical * blockBytes);
    end = (logical + count) * blockBytes;
  }
  skip(sizeBytes);
  if (holes.length > mostHoles) {
    holes.sort((a, b) => b[1] - a[1]).splice(mostHoles);
    holes.sort((a, b) => a[0] - b[0]);
  }
  const parts: Region[] = [];
  let at = 0;
  for (const [start, length] of [...holes, [sizeBytes, 0] as const]) {
    if (start > at) parts.push([at, start - at]);
    at = start + length;
  }
  return parts;
}
