import { randomUUID } from "node:crypto";
import { chmod, constants, copyFile, mkdir, open, rename, rm, truncate } from "node:fs/promises";
import { dirname } from "node:path";
import { StoreError } from "../errors.ts";
import type { ArtefactKind } from "../plan/ref.ts";
import { startPace } from "../tree/pace.ts";
import { writeFully } from "../tree/write-fully.ts";
import { dataWindows } from "./data-ranges.ts";
import type { ObjectName, Store } from "./store.ts";
import { type ByteSource, loadVhd, openFile, openVhd } from "./vhd-view.ts";

const exportable: readonly ArtefactKind[] = ["file", "disk", "vhd"];

/** Writes an artefact's bytes where the user wants them: whole or not at all, with its holes. */
export async function exportObject(
  store: Store,
  { kind, digest }: ObjectName,
  destination: string,
  { signal, progress }: { signal: AbortSignal; progress: (text: string) => void },
): Promise<void> {
  if (!exportable.includes(kind))
    throw new StoreError(`A ${kind} has no file of its own, so it cannot be written to a path`, {
      hint: "export the disk, the VHD or the converted image",
    });
  const folder = dirname(destination);
  await mkdir(folder, { recursive: true });
  // Beside the destination, so that the rename stays on one filesystem; a name of its own, so that two exports do not meet.
  const temporary = `${destination}.${randomUUID().slice(0, 8)}.partial`;
  try {
    if (kind === "vhd") await copyVhd(store, digest, temporary, signal, progress);
    else await copyObject(store.path(kind, digest), temporary, signal, progress);
    signal.throwIfAborted();
    await rename(temporary, destination);
  } finally {
    await rm(temporary, { force: true });
  }
}

/** Copies a file with its holes to a new path, by sharing its blocks where the filesystem can. */
export async function copyObject(
  from: string,
  to: string,
  signal: AbortSignal,
  progress: (text: string) => void,
): Promise<void> {
  if (await clone(from, to)) return;
  const source = await openFile(from);
  await copySparse(source, to, signal, progress).finally(() => source.close());
}

async function copyVhd(
  store: Store,
  digest: string,
  to: string,
  signal: AbortSignal,
  progress: (text: string) => void,
): Promise<void> {
  const vhd = await loadVhd(store.path("vhd", digest), digest);
  const diskPath = store.path("disk", vhd.disk);
  const source = await openVhd(vhd, diskPath);
  try {
    if (!(await clone(diskPath, to))) return await copySparse(source, to, signal, progress);
    await truncate(to, vhd.sizeBytes);
    const handle = await open(to, "r+");
    await writeFully(handle, Buffer.from(vhd.footer, "base64"), vhd.sizeBytes - 512);
    await handle.sync();
    await handle.close();
  } finally {
    await source.close();
  }
}

/** Shares the blocks where the filesystem can. Without FORCE, Node falls back to a copy that fills every hole. */
async function clone(from: string, to: string): Promise<boolean> {
  try {
    await copyFile(from, to, constants.COPYFILE_FICLONE_FORCE);
  } catch {
    await rm(to, { force: true });
    return false;
  }
  await chmod(to, 0o644); // objects are read-only, what a user asked for is not
  return true;
}

async function copySparse(
  source: ByteSource,
  to: string,
  signal: AbortSignal,
  progress: (text: string) => void,
): Promise<void> {
  const pace = startPace();
  const handle = await open(to, "wx", 0o644);
  try {
    await handle.truncate(source.sizeBytes);
    for await (const { offset, bytes, data } of dataWindows(source, signal)) {
      for (const { start, end } of data)
        await writeFully(handle, bytes.subarray(start - offset, end - offset), start);
      progress(`writing ${pace(offset + bytes.length, source.sizeBytes)}`);
    }
    await handle.sync();
  } finally {
    await handle.close();
  }
}
