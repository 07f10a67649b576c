import { createHash } from "node:crypto";
import type { FileHandle } from "node:fs/promises";
import { StoreError } from "../errors.ts";
import { readFully } from "../tree/read-fully.ts";
import { shownName } from "../tree/shown-name.ts";
import { SourceReader } from "../tree/source-reader.ts";
import type { SourcePath } from "../tree/types.ts";
import { writeFully } from "../tree/write-fully.ts";
import type { FatFile, FatPlan } from "./plan.ts";

/** How a write is watched and stopped. */
interface WriteOptions {
  readonly signal: AbortSignal;
  /** Called now and then with bytes written so far and in all. */
  readonly progress?: (doneBytes: number, totalBytes: number) => void;
}

const stepBytes = 4 * 2 ** 20;

/** Writes a filesystem into a new, empty file; what the plan does not name stays a hole. */
export async function writeFat(
  plan: FatPlan,
  file: FileHandle,
  sourcePath: SourcePath,
  { signal, progress }: WriteOptions,
): Promise<void> {
  await file.truncate(plan.sizeBytes);
  for (const { offsetBytes, bytes } of plan.meta) await writeFully(file, bytes, offsetBytes);
  const total = plan.files.reduce((sum, { entry }) => sum + entry.size, 0);
  const reader = new SourceReader(plan.sources, sourcePath);
  const buffer = Buffer.allocUnsafe(stepBytes);
  let done = 0;
  try {
    for (const { entry, offsetBytes } of plan.files)
      for (const [at, offset, length] of entry.segments ?? [])
        for (let from = 0; from < length; from += stepBytes) {
          signal.throwIfAborted();
          const piece = buffer.subarray(0, Math.min(stepBytes, length - from));
          await reader.read(entry.source ?? 0, offset + from, piece);
          await writeFully(file, piece, offsetBytes + at + from);
          done += piece.length;
          progress?.(done, total);
        }
  } finally {
    await reader.close();
  }
}

/** Reads a written filesystem back: boot sectors, tables and directories byte by byte, every file by its digest. */
export async function verifyFat(
  plan: FatPlan,
  file: FileHandle,
  signal: AbortSignal,
): Promise<void> {
  for (const { offsetBytes, bytes } of plan.meta) {
    const found = Buffer.alloc(bytes.length);
    if (!(await readFully(file, found, offsetBytes)) || !found.equals(bytes))
      throw new StoreError(`The FAT filesystem differs from its plan after byte ${offsetBytes}`);
  }
  const buffer = Buffer.allocUnsafe(stepBytes);
  for (const content of plan.files)
    if ((await digestOf(content, file, buffer, signal)) !== content.entry.digest)
      throw new StoreError(
        `${shownName(`/${content.entry.path}`)} is not on the FAT filesystem as it is in its layer`,
      );
}

async function digestOf(
  { entry, offsetBytes }: FatFile,
  file: FileHandle,
  buffer: Buffer,
  signal: AbortSignal,
): Promise<string> {
  const hash = createHash("sha256");
  for (let at = 0; at < entry.size; at += stepBytes) {
    signal.throwIfAborted();
    const piece = buffer.subarray(0, Math.min(stepBytes, entry.size - at));
    if (!(await readFully(file, piece, offsetBytes + at))) return "";
    hash.update(piece);
  }
  return `sha256:${hash.digest("hex")}`;
}
