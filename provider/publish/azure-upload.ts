import { createHash } from "node:crypto";
import type { PageBlobClient } from "@azure/storage-blob";
import { CloudError } from "../errors.ts";
import { joinRanges, type Range, rangeBytes, splitRanges, withoutRanges } from "../plan/ranges.ts";
import type { ByteSource } from "../store/vhd-view.ts";
import { paceText } from "../tree/pace.ts";
import type { Leased } from "./azure-lease.ts";

/** The most that one Put Page takes. */
export const maxPutBytes = 4 * 1024 * 1024;

/** What an upload needs besides the bytes. */
export interface UploadOptions {
  readonly conditions: Leased;
  readonly concurrency: number;
  readonly signal: AbortSignal;
  readonly progress: (text: string) => void;
}

/**
 * Decides what to send. `held` are the ranges of the blob that are known to hold the right bytes already: what the server lists after
 * an upload that was cut off, or what did not change since the version that the blob is a copy of.
 */
export function rangesToSend(wanted: readonly Range[], held: readonly Range[]): Range[] {
  return splitRanges(withoutRanges(wanted, held), maxPutBytes);
}

/** The ranges that a page blob holds; all others read as zeros. */
export async function heldRanges(blob: PageBlobClient, signal: AbortSignal): Promise<Range[]> {
  const ranges: Range[] = [];
  for await (const { start, end, isClear } of blob.listPageRanges(0, undefined, {
    abortSignal: signal,
  }))
    if (!isClear) ranges.push({ start, end: end + 1 });
  return joinRanges(ranges);
}

/** Sends ranges of a source, several at a time, each with its MD5; returns when all have been taken. */
export async function putRanges(
  blob: PageBlobClient,
  source: ByteSource,
  ranges: readonly Range[],
  { conditions, concurrency, signal, progress }: UploadOptions,
): Promise<number> {
  const say = speedometer(rangeBytes(ranges), progress);
  let sent = 0;
  await eachRange(ranges, { concurrency, signal }, async (range, abortSignal, buffer) => {
    checkPut(range, source.sizeBytes);
    const bytes = await source.read(range.start, buffer.subarray(0, range.end - range.start));
    const transactionalContentMD5 = createHash("md5").update(bytes).digest();
    await blob.uploadPages(bytes, range.start, bytes.length, {
      transactionalContentMD5,
      conditions,
      abortSignal,
    });
    sent += bytes.length;
    say(sent);
  });
  return sent;
}

/** Makes ranges of a blob zeros that take no room, several at a time. */
export async function clearRanges(
  blob: PageBlobClient,
  ranges: readonly Range[],
  { conditions, concurrency, signal }: UploadOptions,
): Promise<void> {
  await eachRange(ranges, { concurrency, signal }, async ({ start, end }, abortSignal) => {
    await blob.clearPages(start, end - start, { conditions, abortSignal });
  });
}

async function eachRange(
  ranges: readonly Range[],
  { concurrency, signal }: Pick<UploadOptions, "concurrency" | "signal">,
  work: (range: Range, abortSignal: AbortSignal, buffer: Buffer) => Promise<void>,
): Promise<void> {
  const failed = new AbortController();
  const abortSignal = AbortSignal.any([signal, failed.signal]);
  const queue = ranges.values();
  async function worker(): Promise<void> {
    const buffer = Buffer.allocUnsafe(maxPutBytes);
    for (const range of queue) {
      abortSignal.throwIfAborted();
      await work(range, abortSignal, buffer);
    }
  }
  const workers = Array.from({ length: Math.min(concurrency, ranges.length) }, () =>
    worker().catch((error) => {
      failed.abort();
      throw error;
    }),
  );
  // All have ended before the source is closed; the first failure is the cause of the others.
  const first = Promise.all(workers);
  // It is heard below, when the others have ended: until then Node would end the process for it.
  first.catch(() => {});
  await Promise.allSettled(workers);
  await first;
}

/** The emulator takes what Azure refuses, so the uploader itself refuses it. */
function checkPut({ start, end }: Range, sizeBytes: number): void {
  if (end - start > maxPutBytes || end > sizeBytes || start % 512 !== 0 || end % 512 !== 0)
    throw new RangeError(`pages ${start}-${end} cannot be put into a blob of ${sizeBytes} bytes`);
}

/** Makes sure that a blob holds pages exactly where it should. */
export async function verifyRanges(
  blob: PageBlobClient,
  wanted: readonly Range[],
  signal: AbortSignal,
): Promise<void> {
  const held = await heldRanges(blob, signal);
  const wrong = [...withoutRanges(wanted, held), ...withoutRanges(held, wanted)];
  if (wrong.length === 0) return;
  const [{ start, end } = { start: 0, end: 0 }] = wrong;
  throw new CloudError(
    `Blob ${blob.name} does not hold what was sent: ${wrong.length} ranges differ, the first at bytes ${start}-${end}`,
    { hint: "something else writes it; run pulumi up again" },
  );
}

function speedometer(totalBytes: number, progress: (text: string) => void) {
  const started = performance.now();
  let last = Number.NEGATIVE_INFINITY;
  return (sent: number) => {
    const now = performance.now();
    if (now - last < 500 && sent < totalBytes) return;
    last = now;
    progress(`sending ${paceText(sent, totalBytes, now - started)}`);
  };
}
