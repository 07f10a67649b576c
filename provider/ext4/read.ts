import { SourceReader } from "../tree/source-reader.ts";
import type { SourcePath } from "../tree/types.ts";
import { blockSize } from "./format.ts";
import type { Ext4Plan } from "./plan.ts";

/** Reads a planned filesystem at any offset, without an image of it: from the plan and its sources. */
export class PlanReader {
  readonly sizeBytes: number;
  readonly #plan: Ext4Plan;
  readonly #sources: SourceReader;

  constructor(plan: Ext4Plan, sourcePath: SourcePath) {
    this.sizeBytes = plan.blocks * blockSize;
    this.#plan = plan;
    this.#sources = new SourceReader(plan.sources, sourcePath);
  }

  /** Fills `into` with the bytes at an offset; behind the filesystem's end they are zeros. */
  async read(offset: number, into: Uint8Array): Promise<void> {
    into.fill(0);
    const end = offset + into.length;
    const { meta, data } = this.#plan;
    for (let i = firstReaching(meta, offset); i < meta.length; i++) {
      const { block, bytes } = meta[i]!;
      const start = block * blockSize;
      if (start >= end) break;
      const from = Math.max(start, offset);
      into.set(bytes.subarray(from - start, end - start), from - offset);
    }
    for (let i = firstReaching(data, offset); i < data.length; i++) {
      const extent = data.at(i)!;
      const start = extent.block * blockSize;
      if (start >= end) break;
      const from = Math.max(start, offset);
      const to = Math.min(start + extent.bytes, end);
      const part = into.subarray(from - offset, Math.max(from, to) - offset);
      await this.#sources.read(extent.source, extent.offset + from - start, part);
    }
  }

  async close(): Promise<void> {
    await this.#sources.close();
  }
}

interface Pieces {
  readonly length: number;
  at(index: number): { readonly block: number; readonly count?: number } | undefined;
}

/** The first of ascending pieces that ends behind an offset. */
function firstReaching(pieces: Pieces, offset: number): number {
  let low = 0;
  for (let high = pieces.length; low < high; ) {
    const middle = (low + high) >> 1;
    const { block, count = 1 } = pieces.at(middle)!;
    if ((block + count) * blockSize > offset) high = middle;
    else low = middle + 1;
  }
  return low;
}
