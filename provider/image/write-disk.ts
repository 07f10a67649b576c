import { type FileHandle, open, stat } from "node:fs/promises";
import { ContentError, StoreError } from "../errors.ts";
import { plans } from "../ext4/object.ts";
import { writeExt4 } from "../ext4/write.ts";
import { collision, type DiskPart, type DiskPlan, type Piece } from "../plan/disk.ts";
import { tableBlobs } from "../plan/partition-table.ts";
import type { Blob } from "../plan/table.ts";
import type { Context } from "../resource.ts";
import { dataWindows } from "../store/data-ranges.ts";
import { EarlySync } from "../store/early-sync.ts";
import { openFile } from "../store/vhd-view.ts";
import { startPace } from "../tree/pace.ts";
import { readFully } from "../tree/read-fully.ts";
import { writeFully } from "../tree/write-fully.ts";

/** Writes a whole disk as a new sparse file: table, filesystems, and what lies outside them. */
export async function writeDisk(plan: DiskPlan, path: string, ctx: Context): Promise<void> {
  const blobs = await Promise.all(
    plan.blobs.map(async ({ offsetBytes, content }) => {
      const source = await ctx.materialise(content);
      return { offsetBytes, source, sizeBytes: (await stat(source)).size };
    }),
  );
  refuseCollision(plan, blobs);
  const file = await open(path, "wx+");
  try {
    await file.truncate(plan.table.sizeBytes);
    for (const part of plan.parts) await writePart(part, file, ctx);
    for (const { source, offsetBytes } of blobs) await copyInto(source, file, offsetBytes, ctx);
    const table = tableBlobs(plan.table);
    for (const { bytes, offsetBytes } of table) await writeFully(file, bytes, offsetBytes);
    await verify(file, plan.table.sizeBytes, table);
  } finally {
    await file.close();
  }
}

function refuseCollision({ table, parts }: DiskPlan, blobs: Omit<Piece, "what">[]): void {
  const why = collision(
    [
      ...tableBlobs(table).map(({ offsetBytes, bytes }) => ({
        what: "the partition table",
        offsetBytes,
        sizeBytes: bytes.length,
      })),
      ...parts.map((part) => ({ ...part, what: `partition "${part.name}"` })),
      ...blobs.map((blob) => ({ ...blob, what: `the blob at byte ${blob.offsetBytes}` })),
    ],
    table.sizeBytes,
  );
  if (why !== undefined) throw new ContentError(`The disk image cannot be put together: ${why}`);
}

async function writePart(part: DiskPart, file: FileHandle, ctx: Context): Promise<void> {
  const source = await ctx.materialise(part.content);
  if (part.content.kind !== "ext4") {
    refuseTooBig(part, (await stat(source)).size);
    return copyInto(source, file, part.offsetBytes, ctx);
  }
  const plan = await plans.open(source);
  refuseTooBig(part, plan.blocks * plan.blockSize);
  const sourcePath = (digest: string) => ctx.store.path("layer", digest);
  const sync = new EarlySync(file);
  const pace = startPace();
  const progress = (done: number, total: number) => {
    sync.written(done);
    ctx.log.progress(`${part.name}: writing ${pace(done, total)}`);
  };
  await writeExt4(plan, file, part.offsetBytes, sourcePath, { signal: ctx.signal, progress });
  await sync.settled();
}

function refuseTooBig({ name, sizeBytes }: DiskPart, contentBytes: number): void {
  if (contentBytes > sizeBytes)
    throw new ContentError(
      `Partition "${name}" has ${sizeBytes} bytes but its filesystem has ${contentBytes}`,
      { hint: "make the filesystem for this partition of this layout" },
    );
}

/** Copies a file into a hole of another; what is zero stays a hole. */
async function copyInto(
  path: string,
  file: FileHandle,
  offsetBytes: number,
  { signal }: Pick<Context, "signal">,
): Promise<void> {
  const source = await openFile(path);
  try {
    for await (const { offset, bytes, data } of dataWindows(source, signal))
      for (const { start, end } of data)
        await writeFully(file, bytes.subarray(start - offset, end - offset), offsetBytes + start);
  } finally {
    await source.close();
  }
}

/** What a full disk or a failing one would leave is caught here, before the image counts as made. */
async function verify(file: FileHandle, sizeBytes: number, table: readonly Blob[]): Promise<void> {
  const { size } = await file.stat();
  if (size !== sizeBytes)
    throw new StoreError(`The disk image has ${size} bytes after writing, not ${sizeBytes}`);
  for (const { offsetBytes, bytes } of table) {
    const read = Buffer.alloc(bytes.length);
    if (!(await readFully(file, read, offsetBytes)) || !read.equals(bytes))
      throw new StoreError(`The disk image has another partition table than was written`);
  }
}
