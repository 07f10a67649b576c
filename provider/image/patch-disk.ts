import { constants } from "node:fs";
import { chmod, copyFile, open, rm } from "node:fs/promises";
import { plans } from "../ext4/object.ts";
import { patchExt4 } from "../ext4/patch.ts";
import { changedParts, type DiskPlan, diskDigest } from "../plan/disk.ts";
import { type Ref, readRecipe } from "../plan/ref.ts";
import type { Context } from "../resource.ts";

/** Makes a copy of a file that shares its blocks; an error where the filesystem does not do that. */
export type Clone = (from: string, to: string) => Promise<void>;

/** ioctl_ficlone(2): btrfs and XFS have it, ext4 does not. */
const reflink: Clone = (from, to) =>
  copyFile(from, to, constants.COPYFILE_EXCL | constants.COPYFILE_FICLONE_FORCE);

/**
 * Makes a disk of the one before it, sharing what is the same: the bytes that writing it anew would give. False, and nothing made, where
 * the filesystem cannot clone, where the one before is gone, or where more changed than what ext4 filesystems hold.
 */
export async function patchDisk(
  plan: DiskPlan,
  previous: Ref | undefined,
  path: string,
  ctx: Context,
  clone: Clone = reflink,
): Promise<boolean> {
  const before = previous && readRecipe(previous.recipe)?.plan;
  // The digest names the writer too: of another version's disk nothing is known.
  if (!before || diskDigest(before as DiskPlan) !== previous.digest) return false;
  const changed = changedParts(before as DiskPlan, plan);
  const needed = [previous, ...(changed ?? []).map(({ old }) => old)];
  const there = await Promise.all(needed.map(({ kind, digest }) => ctx.store.has(kind, digest)));
  if (!changed || there.includes(false)) return false;
  try {
    await clone(ctx.store.path("disk", previous.digest), path);
  } catch {
    return false;
  }
  await chmod(path, 0o600);
  const isDone = await patchParts(changed, path, ctx);
  if (!isDone) await rm(path);
  return isDone;
}

/** False where a filesystem has another size now: it may end elsewhere. */
async function patchParts(
  changed: NonNullable<ReturnType<typeof changedParts>>,
  path: string,
  ctx: Context,
): Promise<boolean> {
  const file = await open(path, "r+");
  try {
    for (const { name, offsetBytes, old, next } of changed) {
      const planned = await plans.open(await ctx.materialise(next));
      const earlier = await plans.open(ctx.store.path("ext4", old.digest));
      if (earlier.blocks !== planned.blocks) return false;
      const sourcePath = (digest: string) => ctx.store.path("layer", digest);
      ctx.log.progress(`${name}: the disk before it was cloned, writing what differs`);
      const options = { signal: ctx.signal };
      await patchExt4(earlier, planned, file, offsetBytes, sourcePath, options);
    }
    return true;
  } finally {
    await file.close();
  }
}
