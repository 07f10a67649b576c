import { setTimeout } from "node:timers/promises";
import type { PageBlobClient } from "@azure/storage-blob";
import { type Range, rangeBytes } from "../plan/ranges.ts";
import { head } from "./azure-client.ts";
import { azureCode, isRefused } from "./azure-errors.ts";
import { readHashes } from "./azure-hashes.ts";
import type { Leased } from "./azure-lease.ts";
import type { Publication } from "./azure-publication.ts";
import { fromMetadata, type Mark, toMetadata } from "./azure-versions.ts";
import { type ChunkHashes, changes, filledRanges } from "./chunk-hashes.ts";

/** How to make a version of the one before. */
export interface Delta {
  readonly base: PageBlobClient;
  readonly etag: string;
  readonly changed: Range[];
  readonly cleared: Range[];
}

/**
 * Compares a disk with the version before; undefined when that version is not exactly what the last run left, when its list of hashes
 * is not there, when it is larger, or when more than half would be sent: a whole upload that is cut off goes on, a delta starts again.
 */
export async function findDelta(job: Publication, hashes: ChunkHashes): Promise<Delta | undefined> {
  const { container, previous, sizeBytes, signal } = job;
  if (previous?.drift !== "") return undefined;
  const base = container.client.getPageBlobClient(previous.blobName);
  const found = await head(base, signal);
  const mark = fromMetadata(found?.metadata);
  if (found?.etag !== previous.etag || mark?.state !== "complete" || !mark.hashes) return undefined;
  if (mark.digest === job.digest || found.contentLength! > sizeBytes) return undefined;
  const expected = { sha256: mark.hashes, sizeBytes: found.contentLength! };
  const last = await readHashes(container.client, base.name, expected, signal);
  if (!last) return undefined;
  const delta = changes(last, hashes);
  if (2 * rangeBytes(delta.changed) > rangeBytes(filledRanges(hashes))) return undefined;
  return { base, etag: previous.etag, ...delta };
}

/**
 * Makes a blob a copy of the version before, within the service, as large as it will be. The source is a snapshot: it cannot change
 * meanwhile, and writing the copy leaves the base alone in Azurite too. False when the service refuses, which spoils the blob at most.
 */
export async function copyBase(
  blob: PageBlobClient,
  { base, etag }: Delta,
  { mark, job }: { mark: Mark; job: Pick<Publication, "sizeBytes" | "signal" | "log"> },
  conditions: Leased,
): Promise<boolean> {
  const { sizeBytes, signal: abortSignal, log } = job;
  try {
    const { snapshot } = await base.createSnapshot({
      conditions: { ifMatch: etag },
      metadata: { [ours]: "1" },
      abortSignal,
    });
    const copying = await blob.beginCopyFromURL(base.withSnapshot(snapshot!).url, {
      conditions,
      // Until the last change is in, its pages are those of another version.
      metadata: toMetadata({ ...mark, state: "patching" }),
      abortSignal,
    });
    // The SDK's own poller knows no copy that was aborted, and waits for it for ever.
    let found = copying.isDone() ? undefined : await blob.getProperties({ abortSignal });
    while (found?.copyStatus === "pending") {
      log.progress(`the service copies the version before: ${found.copyProgress} bytes`);
      await setTimeout(500, undefined, { signal: abortSignal });
      found = await blob.getProperties({ abortSignal });
    }
    if (found && found.copyStatus !== "success") return false;
    await blob.resize(sizeBytes, { conditions, abortSignal });
    return true;
  } catch (error) {
    if (isRefused(error)) return false;
    throw error;
  }
}

/** Ends a copy into a blob that is still under way; one that has ended meanwhile is success. */
export async function endCopy(
  blob: PageBlobClient,
  conditions: Leased,
  abortSignal: AbortSignal,
): Promise<void> {
  const found = await head(blob, abortSignal);
  if (found?.copyStatus !== "pending") return;
  try {
    await blob.abortCopyFromURL(found.copyId!, { conditions, abortSignal });
  } catch (error) {
    if (azureCode(error) !== "NoPendingCopyOperation") throw error;
  }
}

const ours = "bootwright_snapshot";

/** Deletes the snapshots that were made for copying, those of runs that died included. */
export async function dropSnapshots(
  { container, signal }: Pick<Publication, "container" | "signal">,
  { base }: Delta,
): Promise<void> {
  const listed = { prefix: base.name, includeSnapshots: true, includeMetadata: true };
  for await (const { name, snapshot, metadata } of container.client.listBlobsFlat({
    ...listed,
    abortSignal: signal,
  }))
    if (name === base.name && snapshot && metadata?.[ours] === "1")
      await base.withSnapshot(snapshot).deleteIfExists({ abortSignal: signal });
}
