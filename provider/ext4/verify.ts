import type { FileHandle } from "node:fs/promises";
import { StoreError } from "../errors.ts";
import { readFully } from "../tree/read-fully.ts";
import type { SourcePath } from "../tree/types.ts";
import { blockSize } from "./format.ts";
import type { Ext4Plan } from "./plan.ts";
import { PlanReader } from "./read.ts";
import type { WriteOptions } from "./write.ts";

const stepBytes = 4 * 2 ** 20;

/** Compares every byte of a written filesystem with its plan; a difference is a StoreError that names its block. */
export async function verifyExt4(
  plan: Ext4Plan,
  file: FileHandle,
  offsetBytes: number,
  sourcePath: SourcePath,
  { signal, progress }: WriteOptions = {},
): Promise<void> {
  const reader = new PlanReader(plan, sourcePath);
  const expected = Buffer.alloc(stepBytes);
  const found = Buffer.alloc(stepBytes);
  try {
    for (let at = 0; at < reader.sizeBytes; at += stepBytes) {
      signal?.throwIfAborted();
      const length = Math.min(stepBytes, reader.sizeBytes - at);
      await reader.read(at, expected.subarray(0, length));
      if (!(await readFully(file, found.subarray(0, length), offsetBytes + at)))
        throw new StoreError(`The image ends before byte ${offsetBytes + at + length}, too early`);
      if (expected.compare(found, 0, length, 0, length) !== 0) {
        const block = at / blockSize + firstDifference(expected, found);
        throw new StoreError(`Block ${block} of the ext4 filesystem is not what its plan says`, {
          hint: "something wrote to the image; remove it, and the next run makes it again",
        });
      }
      progress?.(at + length, reader.sizeBytes);
    }
  } finally {
    await reader.close();
  }
}

function firstDifference(a: Buffer, b: Buffer): number {
  for (let at = 0; ; at += blockSize) {
    if (a.compare(b, at, at + blockSize, at, at + blockSize) !== 0) return at / blockSize;
  }
}
