import { constants } from "node:fs";
import { type FileHandle, open } from "node:fs/promises";
import { InputError, StoreError } from "../../errors.ts";
import type { ByteSource } from "../../store/vhd-view.ts";
import { writeFully } from "../../tree/write-fully.ts";
import { readDevices } from "./devices.ts";
import { demandSame, type Target } from "./target.ts";
import { openUncached, pieceBytes } from "./uncached.ts";

/** What others leave at the end of a disk, and would be found there beside the image: the backup of a GPT, the marks of RAID (md(4)) and ZFS. */
const tailBytes = 1 << 20;

/** What is told while bytes go by. */
export interface Watch {
  readonly signal: AbortSignal;
  progress(doneBytes: number): void;
}

/**
 * Writes an image to a target, its zeros too: a stick keeps what nobody overwrites. Returns once the target has it. The beginning comes
 * last, so that what was stopped half-way has no partition table, and starts nothing.
 */
export async function writeImage(source: ByteSource, target: Target, watch: Watch): Promise<void> {
  const { path, sizeBytes } = target;
  const file = await openTarget(target);
  try {
    const buffer = Buffer.allocUnsafe(pieceBytes);
    const put = async (at: number, done: number) => {
      watch.signal.throwIfAborted();
      await writeFully(file, await source.read(at, buffer), at);
      watch.progress(Math.min(done, source.sizeBytes));
    };
    const first = Buffer.alloc(Math.min(pieceBytes, source.sizeBytes));
    watch.signal.throwIfAborted();
    watch.progress(0);
    await writeFully(file, first, 0);
    const tail = Math.max(source.sizeBytes, sizeBytes - tailBytes);
    await writeFully(file, Buffer.alloc(sizeBytes - tail), tail);
    await file.sync();
    for (let at = pieceBytes; at < source.sizeBytes; at += pieceBytes) await put(at, at);
    await file.sync();
    await put(0, source.sizeBytes);
    await file.sync();
  } catch (error) {
    throw worn(error, `${path} does not take what is written to it`);
  } finally {
    await file.close();
  }
}

/** With O_EXCL Linux opens a disk only while nothing mounts or holds it (open(2)). */
async function openTarget({ path, device, name }: Target): Promise<FileHandle> {
  try {
    const flags = device ? constants.O_WRONLY | constants.O_EXCL : constants.O_WRONLY;
    const file = await open(path, flags);
    try {
      // From here on the disk cannot become another one: what is open stays what it is.
      if (device)
        demandSame(
          device,
          (await readDevices()).find((now) => now.name === name),
        );
      return file;
    } catch (error) {
      await file.close();
      throw error;
    }
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

/** Reads a target back from the disk itself and compares every byte with the image. */
export async function verifyImage(source: ByteSource, target: Target, watch: Watch): Promise<void> {
  const file = await openUncached(target.path);
  try {
    const wanted = Buffer.allocUnsafe(pieceBytes);
    for (let at = 0; at < source.sizeBytes; at += pieceBytes) {
      watch.signal.throwIfAborted();
      const bytes = await source.read(at, wanted);
      const back = await file.read(at, bytes.length);
      if (!back.equals(bytes))
        throw new StoreError(
          `${target.path} does not hold what was written to it, at byte ${at + firstDifference(bytes, back)}`,
          {
            hint: "write it again; if it fails again, the disk is worn out or smaller than it says",
          },
        );
      watch.progress(Math.min(at + pieceBytes, source.sizeBytes));
    }
  } catch (error) {
    throw worn(error, `${target.path} cannot be read back`);
  } finally {
    await file.close();
  }
}

const hardware = ["EIO", "ENXIO", "ENODEV", "ENOMEDIUM", "EREMOTEIO", "EROFS", "ENOSPC"];

/** A disk that fails, or was pulled out, in words. */
function worn(error: unknown, what: string): unknown {
  const { code } = error as NodeJS.ErrnoException;
  if (code === undefined || !hardware.includes(code)) return error;
  return new StoreError(`${what} (${code})`, {
    hint: "was it pulled out? otherwise it is worn out, or smaller than it says",
    cause: error,
  });
}

function firstDifference(a: Buffer, b: Buffer): number {
  return a.findIndex((byte, i) => byte !== b[i]);
}
