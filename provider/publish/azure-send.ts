import type { BlobGetPropertiesResponse, PageBlobClient } from "@azure/storage-blob";
import { withoutRanges } from "../plan/ranges.ts";
import type { ByteSource } from "../store/vhd-view.ts";
import { copyBase, type Delta, dropSnapshots, endCopy, findDelta } from "./azure-delta.ts";
import { isAsFinished, noteFinished, writeHashes } from "./azure-hashes.ts";
import type { Leased } from "./azure-lease.ts";
import type { Condition, Publication, Published } from "./azure-publication.ts";
import { clearRanges, heldRanges, putRanges, rangesToSend, verifyRanges } from "./azure-upload.ts";
import { fromMetadata, type Mark, toMetadata } from "./azure-versions.ts";
import { filledRanges, hashChunks } from "./chunk-hashes.ts";

/** A blob to fill, and what is known of it. */
export interface Filling {
  readonly job: Publication;
  readonly blob: PageBlobClient;
  readonly mark: Mark;
  readonly condition: Condition;
  readonly found: BlobGetPropertiesResponse | undefined;
  readonly source: ByteSource;
}

/** Brings a blob to what it should hold, by as little as is safe, checks it, and marks it as complete. */
export async function fill(
  { job, blob, mark, condition, found, source }: Filling,
  conditions: Leased,
): Promise<Pick<Published, "etag" | "bytesSent" | "mode">> {
  const { signal, concurrency, log } = job;
  const { client } = job.container;
  const finish = async (hashes: string | undefined) => {
    const metadata = toMetadata({ ...mark, hashes });
    const etag = (await blob.setMetadata(metadata, { conditions, abortSignal: signal })).etag!;
    const finished = { blobName: blob.name, digest: mark.digest, etag };
    if (hashes !== undefined) await noteFinished(client, finished, signal);
    return etag;
  };
  const hashes = await hashChunks(source, signal);
  const wanted = filledRanges(hashes);
  const asFinished =
    condition === "unsure" &&
    (await isAsFinished(client, { blobName: blob.name, etag: found!.etag! }, signal));
  const held = condition === "begun" || asFinished ? await heldRanges(blob, signal) : [];
  const astray = withoutRanges(held, wanted).length > 0;
  const missing = rangesToSend(wanted, held);
  if (asFinished && missing.length === 0 && !astray)
    return {
      etag: await finish(fromMetadata(found?.metadata)?.hashes),
      bytesSent: 0,
      mode: "unchanged",
    };
  // Where somebody else wrote, or a copy was being changed, no page can be trusted.
  const sound = condition === "absent" || (condition === "begun" && !astray);
  if (found?.copyStatus === "pending") await endCopy(blob, conditions, signal);
  const delta = sound && held.length > 0 ? undefined : await findDelta(job, hashes);
  const copied = delta !== undefined && (await copy(job, blob, mark, delta, conditions));
  // A copy whose answer was lost on the way is one that was refused when it is asked for again.
  if (delta && !copied) await endCopy(blob, conditions, signal);
  if (!copied && (delta || !sound))
    // Creating the blob again empties it.
    await blob.create(job.sizeBytes, {
      metadata: toMetadata({ ...mark, state: "uploading" }),
      conditions,
      abortSignal: signal,
    });
  const progress = (text: string) => log.progress(text);
  const options = { conditions, concurrency, signal, progress };
  if (copied) await clearRanges(blob, delta.cleared, options);
  const ranges = copied
    ? rangesToSend(delta.changed, [])
    : sound
      ? missing
      : rangesToSend(wanted, []);
  const bytesSent = await putRanges(blob, source, ranges, options);
  await verifyRanges(blob, wanted, signal);
  const list = await writeHashes(
    client,
    { blobName: blob.name, digest: mark.digest },
    hashes,
    signal,
  );
  const whole = sound && condition === "begun" ? "resumed" : "uploaded";
  return { etag: await finish(list), bytesSent, mode: copied ? "delta" : whole };
}

async function copy(
  job: Publication,
  blob: PageBlobClient,
  mark: Mark,
  delta: Delta,
  conditions: Leased,
): Promise<boolean> {
  try {
    return await copyBase(blob, delta, { mark, job }, conditions);
  } finally {
    // One that stays costs nothing, as its base is never written, and goes with it at the latest.
    await dropSnapshots(job, delta).catch(() => {});
  }
}
