import type { ContainerClient } from "@azure/storage-blob";
import { sha256 } from "../plan/canonical.ts";
import { chunkBytes } from "../store/data-ranges.ts";
import { head } from "./azure-client.ts";
import { isRefused } from "./azure-errors.ts";
import { type ChunkHashes, decodeHashes, encodeHashes } from "./chunk-hashes.ts";

// The list lies next to its blob and not in the store: the machine of the next run may never have seen this disk. The blob's metadata
// names the list's SHA-256 and the state holds the blob's etag, so that nobody can change either of them without being noticed.
function listOf(container: ContainerClient, blobName: string) {
  return container.getBlockBlobClient(`${blobName}.hashes`);
}

const mine = "bootwright_hashes_of";
const finished = "bootwright_finished_as";

/** Notes at a version's list the etag with which the version was finished, for the run that comes back to it without a state that knows it. */
export async function noteFinished(
  container: ContainerClient,
  { blobName, digest, etag }: { blobName: string; digest: string; etag: string },
  abortSignal: AbortSignal,
): Promise<void> {
  const metadata = { [mine]: digest, [finished]: etag.replaceAll('"', "") };
  try {
    await listOf(container, blobName).setMetadata(metadata, { abortSignal });
  } catch (error) {
    if (!isRefused(error)) throw error;
  }
}

/** True when a version is as it was finished: whatever wrote it since has changed its etag. */
export async function isAsFinished(
  container: ContainerClient,
  { blobName, etag }: { blobName: string; etag: string },
  abortSignal: AbortSignal,
): Promise<boolean> {
  const found = await head(listOf(container, blobName), abortSignal);
  return found?.metadata?.[finished] === etag.replaceAll('"', "");
}

/**
 * Keeps the hashes of a version's chunks next to it and gives the list's SHA-256; undefined when that cannot be, which only means that
 * the next version is sent whole: premium accounts for page blobs take no others.
 */
export async function writeHashes(
  container: ContainerClient,
  { blobName, digest }: { blobName: string; digest: string },
  hashes: ChunkHashes,
  abortSignal: AbortSignal,
): Promise<string | undefined> {
  const list = listOf(container, blobName);
  const bytes = encodeHashes(hashes);
  try {
    const found = await head(list, abortSignal);
    if (found && found.metadata?.[mine] !== digest) return undefined;
    await list.upload(bytes, bytes.length, { metadata: { [mine]: digest }, abortSignal });
    return sha256(bytes);
  } catch (error) {
    if (isRefused(error)) return undefined;
    throw error;
  }
}

/** Hashes of a version's chunks; undefined when the list is not there or is not the one that was written. */
export async function readHashes(
  container: ContainerClient,
  blobName: string,
  expected: { sha256: string; sizeBytes: number },
  abortSignal: AbortSignal,
): Promise<ChunkHashes | undefined> {
  const list = listOf(container, blobName);
  const length = (await head(list, abortSignal))?.contentLength ?? 0;
  const most = 1024 + 64 * Math.ceil(expected.sizeBytes / chunkBytes);
  if (length === 0 || length > most) return undefined;
  const bytes = await list.downloadToBuffer(0, length, { abortSignal });
  if (sha256(bytes) !== expected.sha256) return undefined;
  const hashes = decodeHashes(bytes);
  return hashes?.sizeBytes === expected.sizeBytes ? hashes : undefined;
}

/** Deletes a version's list, if it is one. */
export async function removeHashes(
  container: ContainerClient,
  { blobName, digest }: { blobName: string; digest: string },
  abortSignal: AbortSignal,
): Promise<void> {
  const list = listOf(container, blobName);
  const found = await head(list, abortSignal);
  if (found?.metadata?.[mine] === digest) await list.deleteIfExists({ abortSignal });
}
