import { joinRanges, type Range } from "../plan/ranges.ts";
import type { ByteSource } from "./vhd-view.ts";

/** Granularity of what is sent and copied: smaller means more requests, larger means more zeros. */
export const chunkBytes = 64 * 1024;

const windowBytes = 4 * 1024 * 1024;
const zeros = Buffer.alloc(chunkBytes);

/** A piece of a source and where it is not zero. */
export interface DataWindow {
  readonly offset: number;
  /** Valid until the next window is asked for. */
  readonly bytes: Buffer;
  readonly data: readonly Range[];
}

/**
 * Reads a source from end to end. Holes are read too: the kernel gives them at memory speed (0.07 s a GiB), Node cannot ask where
 * they are, and an extent that is allocated may still be zeros.
 */
export async function* dataWindows(
  source: ByteSource,
  signal?: AbortSignal,
): AsyncGenerator<DataWindow> {
  const buffer = Buffer.allocUnsafe(windowBytes);
  for (let offset = 0; offset < source.sizeBytes; offset += windowBytes) {
    signal?.throwIfAborted();
    const bytes = await source.read(offset, buffer);
    const data: Range[] = [];
    for (let at = 0; at < bytes.length; at += chunkBytes) {
      const end = Math.min(at + chunkBytes, bytes.length);
      if (zeros.compare(bytes, at, end, 0, end - at) !== 0)
        data.push({ start: offset + at, end: offset + end });
    }
    yield { offset, bytes, data: joinRanges(data) };
  }
}

/** Where a source is not zero, in whole chunks. */
export async function dataRanges(source: ByteSource, signal?: AbortSignal): Promise<Range[]> {
  const ranges: Range[] = [];
  for await (const { data } of dataWindows(source, signal)) ranges.push(...data);
  return joinRanges(ranges);
}
