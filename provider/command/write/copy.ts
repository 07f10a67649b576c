import { constants } from "node:fs";
import { type FileHandle, open } from "node:fs/promises";
import { InputError, StoreError } from "../../errors.ts";
import type { ByteSource } from "../../store/vhd-view.ts";
import { readFully } from "../../tree/read-fully.ts";
import { writeFully } from "../../tree/write-fully.ts";
import type { Target } from "./target.ts";

const pieceBytes = 4 << 20;
/** A GPT has its backup in the last 33 sectors: of an older, larger one it would outlive the image. */
const tailBytes = 33 * 512;

/** What is told while bytes go by. */
export interface Watch {
  readonly signal: AbortSignal;
  progress(doneBytes: number): void;
}

/** Writes an image to a target, its zeros too: a stick keeps what nobody overwrites. Returns once the target has it. */
export async function writeImage(source: ByteSource, target: Target, watch: Watch): Promise<void> {
  const file = await openTarget(target);
  try {
    const buffer = Buffer.allocUnsafe(pieceBytes);
    for (let at = 0; at < source.sizeBytes; at += pieceBytes) {
      watch.signal.throwIfAborted();
      await writeFully(file, await source.read(at, buffer), at);
      watch.progress(Math.min(at + pieceBytes, source.sizeBytes));
    }
    const tail = Math.max(source.sizeBytes, target.sizeBytes - tailBytes);
    if (tail < target.sizeBytes)
      await writeFully(file, Buffer.alloc(target.sizeBytes - tail), tail);
    await file.sync();
  } finally {
    // The kernel forgets what it cached of a disk when the last who has it open closes it: what is read back then comes from the disk.
    await file.close();
  }
}

/** With O_EXCL Linux opens a disk only while nothing mounts or holds it (open(2)). */
async function openTarget({ path, isFile }: Target): Promise<FileHandle> {
  try {
    return await open(path, isFile ? constants.O_WRONLY : constants.O_WRONLY | constants.O_EXCL);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "EBUSY")
      throw new InputError([
        { property: path, reason: "is in use: it is mounted, or something holds it" },
      ]);
    if (code === "EACCES" || code === "EPERM")
      throw new InputError([{ property: path, reason: "is not yours to write to" }], {
        hint: "sudo, or become a member of the group that owns it",
      });
    throw error;
  }
}

/** Reads a target back and compares every byte with the image. */
export async function verifyImage(source: ByteSource, target: Target, watch: Watch): Promise<void> {
  const file = await open(target.path, "r");
  try {
    const [wanted, found] = [Buffer.allocUnsafe(pieceBytes), Buffer.allocUnsafe(pieceBytes)];
    for (let at = 0; at < source.sizeBytes; at += pieceBytes) {
      watch.signal.throwIfAborted();
      const bytes = await source.read(at, wanted);
      const back = found.subarray(0, bytes.length);
      if (!(await readFully(file, back, at)) || !back.equals(bytes))
        throw new StoreError(
          `${target.path} does not hold what was written to it, at byte ${at + firstDifference(bytes, back)}`,
          {
            hint: "write it again; if it fails again, the disk is worn out or smaller than it says",
          },
        );
      watch.progress(Math.min(at + pieceBytes, source.sizeBytes));
    }
  } finally {
    await file.close();
  }
}

function firstDifference(a: Buffer, b: Buffer): number {
  return a.findIndex((byte, i) => byte !== b[i]);
}
