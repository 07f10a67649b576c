import { chunkBytes } from "../../store/data-ranges.ts";
import type { ByteSource } from "../../store/vhd-view.ts";

/** How many chunks of 64 KiB differ: what an upload sends. */
export interface BlockChange {
  readonly chunks: number;
  readonly differing: number;
  /** Where they lie, in chunks from the beginning: `[first, count]`, ascending. */
  readonly runs: readonly (readonly [first: number, count: number])[];
}

const windowBytes = 4 << 20;

/** Compares two images from end to end; where one ends, the other is compared with zeros. */
export async function compareBlocks(
  before: ByteSource,
  after: ByteSource,
  { signal, progress }: { signal: AbortSignal; progress: (text: string) => void },
): Promise<BlockChange> {
  const all = Math.max(before.sizeBytes, after.sizeBytes);
  const [a, b] = [Buffer.alloc(windowBytes), Buffer.alloc(windowBytes)];
  const runs: [number, number][] = [];
  let differing = 0;
  for (let at = 0; at < all; at += windowBytes) {
    signal.throwIfAborted();
    await Promise.all([fill(before, at, a), fill(after, at, b)]);
    progress(`${Math.floor((at / all) * 100)} % of the blocks compared`);
    if (a.equals(b)) continue;
    for (let chunk = 0; chunk < windowBytes; chunk += chunkBytes) {
      if (a.compare(b, chunk, chunk + chunkBytes, chunk, chunk + chunkBytes) === 0) continue;
      const number = (at + chunk) / chunkBytes;
      const last = runs.at(-1);
      if (last && last[0] + last[1] === number) last[1]++;
      else runs.push([number, 1]);
      differing++;
    }
  }
  return { chunks: Math.ceil(all / chunkBytes), differing, runs };
}

async function fill(source: ByteSource, at: number, into: Buffer): Promise<void> {
  const bytes = at < source.sizeBytes ? await source.read(at, into) : into.subarray(0, 0);
  into.fill(0, bytes.length);
}

/** How many of the differing chunks reach into some bytes. */
export function chunksWithin({ runs }: BlockChange, start: number, end: number): number {
  const [first, last] = [Math.floor(start / chunkBytes), Math.ceil(end / chunkBytes)];
  return runs.reduce(
    (sum, [from, count]) => sum + Math.max(0, Math.min(from + count, last) - Math.max(from, first)),
    0,
  );
}
