import { type FileHandle, open, readFile } from "node:fs/promises";
import { StoreError } from "../errors.ts";
import { loadPlan } from "../ext4/object.ts";
import { verifyExt4 } from "../ext4/verify.ts";
import type { DiskPart, DiskPlan } from "../plan/disk.ts";
import { tableBlobs } from "../plan/partition-table.ts";
import { withoutRanges } from "../plan/ranges.ts";
import type { Blob } from "../plan/table.ts";
import type { Context } from "../resource.ts";
import { readFully } from "../tree/read-fully.ts";

const stepBytes = 4 * 2 ** 20;

/** Compares every byte of a disk with what its plan says; a difference is a StoreError that says where. */
export async function verifyDisk(plan: DiskPlan, path: string, ctx: Context): Promise<void> {
  const file = await open(path);
  try {
    for (const part of plan.parts) await verifyPart(part, file, ctx);
    await verifyOutside(plan, file, ctx);
  } finally {
    await file.close();
  }
}

async function verifyPart(part: DiskPart, file: FileHandle, ctx: Context): Promise<void> {
  const source = await ctx.materialise(part.content);
  const { signal } = ctx;
  if (part.content.kind === "ext4") {
    const sourcePath = (digest: string) => ctx.store.path("layer", digest);
    const plan = await loadPlan(source);
    return verifyExt4(plan, file, part.offsetBytes, sourcePath, { signal });
  }
  const content = await open(source);
  try {
    const { size } = await content.stat();
    const [wanted, found] = [Buffer.alloc(stepBytes), Buffer.alloc(stepBytes)];
    for (let at = 0; at < size; at += stepBytes) {
      signal.throwIfAborted();
      const length = Math.min(stepBytes, size - at);
      const both =
        (await readFully(content, wanted.subarray(0, length), at)) &&
        (await readFully(file, found.subarray(0, length), part.offsetBytes + at));
      if (!both || wanted.compare(found, 0, length, 0, length) !== 0)
        throw damaged(part.offsetBytes + at);
    }
  } finally {
    await content.close();
  }
}

/** The tables and blobs, and zeros everywhere else that no partition covers. */
async function verifyOutside(plan: DiskPlan, file: FileHandle, ctx: Context): Promise<void> {
  const whole = [{ start: 0, end: plan.table.sizeBytes }];
  const parts = plan.parts.map((p) => ({ start: p.offsetBytes, end: p.offsetBytes + p.sizeBytes }));
  const blobs: Blob[] = tableBlobs(plan.table);
  for (const { offsetBytes, content } of plan.blobs)
    blobs.push({ offsetBytes, bytes: await readFile(await ctx.materialise(content)) });
  for (const { start, end } of withoutRanges(whole, parts))
    for (let at = start; at < end; at += stepBytes) {
      ctx.signal.throwIfAborted();
      const found = Buffer.alloc(Math.min(stepBytes, end - at));
      if (!(await readFully(file, found, at)) || !found.equals(expected(blobs, at, found.length)))
        throw damaged(at);
    }
}

function expected(blobs: readonly Blob[], at: number, length: number): Buffer {
  const bytes = Buffer.alloc(length);
  for (const blob of blobs) {
    const from = Math.max(at, blob.offsetBytes);
    const to = Math.min(at + length, blob.offsetBytes + blob.bytes.length);
    if (from < to)
      bytes.set(blob.bytes.subarray(from - blob.offsetBytes, to - blob.offsetBytes), from - at);
  }
  return bytes;
}

function damaged(at: number): StoreError {
  return new StoreError(`The disk differs from its plan at or after byte ${at}`);
}
