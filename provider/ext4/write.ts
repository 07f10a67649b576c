import type { FileHandle } from "node:fs/promises";
import { SourceReader } from "../tree/source-reader.ts";
import type { SourcePath } from "../tree/types.ts";
import { blockSize, roundUp } from "./format.ts";
import { BlockWriter } from "./io/block-writer.ts";
import type { Ext4Plan } from "./plan.ts";
import type { MetaBlock } from "./render/meta-blocks.ts";
import type { DataExtents } from "./replay/data-extents.ts";

/** How a write is watched and stopped. */
export interface WriteOptions {
  readonly signal?: AbortSignal;
  /** Called now and then with bytes written so far and in all. */
  readonly progress?: (doneBytes: number, totalBytes: number) => void;
}

/** A block and its bytes to write, or zeros. */
export interface Work {
  readonly meta: readonly MetaBlock[];
  readonly data: DataExtents;
  /** Blocks that become zeros, ascending. */
  readonly zeros: readonly number[];
}

const stepBytes = 4 * 2 ** 20;

/**
 * Writes a filesystem at an offset of a file that holds nothing but holes there. What the plan does not name stays
 * a hole. The file grows to the filesystem's end if it is shorter; making it durable is the caller's.
 */
export async function writeExt4(
  plan: Ext4Plan,
  file: FileHandle,
  offsetBytes: number,
  sourcePath: SourcePath,
  options: WriteOptions = {},
): Promise<{ writtenBytes: number }> {
  await growTo(file, offsetBytes + plan.blocks * blockSize);
  const work = { meta: plan.meta, data: plan.data, zeros: [] };
  return writeBlocks(plan.sources, work, file, offsetBytes, sourcePath, options);
}

/** Makes a file at least so long, with a hole at its end. */
export async function growTo(file: FileHandle, bytes: number): Promise<void> {
  if ((await file.stat()).size < bytes) await file.truncate(bytes);
}

/** Writes blocks of a filesystem: metadata, then contents in the order of their sources, then zeros. */
export async function writeBlocks(
  sources: readonly string[],
  work: Work,
  file: FileHandle,
  offsetBytes: number,
  sourcePath: SourcePath,
  { signal, progress }: WriteOptions,
): Promise<{ writtenBytes: number }> {
  const writer = new BlockWriter(file, offsetBytes);
  const reader = new SourceReader(sources, sourcePath);
  let dataBlocks = 0;
  for (const count of work.data.values("count")) dataBlocks += count;
  const total = (work.meta.length + dataBlocks + work.zeros.length) * blockSize;
  let reported = 0;
  const step = (): void => {
    signal?.throwIfAborted();
    if (writer.written - reported < stepBytes) return;
    reported = writer.written;
    progress?.(reported, total);
  };
  try {
    for (const { block, bytes } of work.meta) {
      (await writer.room(block, blockSize)).set(bytes);
      step();
    }
    for (const extent of work.data.inReadingOrder()) {
      for (let at = 0; at < extent.bytes; at += stepBytes) {
        const bytes = Math.min(stepBytes, extent.bytes - at);
        const room = await writer.room(extent.block + at / blockSize, roundUp(bytes, blockSize));
        await reader.read(extent.source, extent.offset + at, room.subarray(0, bytes));
        room.fill(0, bytes);
        step();
      }
    }
    for (const block of work.zeros) {
      (await writer.room(block, blockSize)).fill(0);
      step();
    }
    await writer.flush();
  } finally {
    await reader.close();
    await writer.close();
  }
  progress?.(writer.written, total);
  return { writtenBytes: writer.written };
}
