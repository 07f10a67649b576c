import { randomUUID } from "node:crypto";
import type { BlobGetPropertiesResponse, PageBlobClient } from "@azure/storage-blob";
import { CloudError } from "../errors.ts";
import { blobUri, head } from "./azure-client.ts";
import { azureCode } from "./azure-errors.ts";
import { leaseId, withLease } from "./azure-lease.ts";
import type { Condition, Publication, Published } from "./azure-publication.ts";
import { fill } from "./azure-send.ts";
import { fromMetadata, type Mark, toMetadata, versionName } from "./azure-versions.ts";

/** Tells the state of a blob of this name. */
export function judge(
  name: string,
  found: Pick<BlobGetPropertiesResponse, "metadata" | "contentLength" | "etag"> | undefined,
  job: Pick<Publication, "digest" | "sizeBytes" | "previous" | "owner">,
): Condition {
  if (!found) return "absent";
  const { previous } = job;
  const mark = fromMetadata(found.metadata);
  if (!mark || (mark.owner !== job.owner && mark.claim !== previous?.claim)) return "foreign";
  // First of all: until it is finished, a copy has the size of the version before.
  if (mark.state === "patching") return "patched";
  if (mark.digest !== job.digest || found.contentLength !== job.sizeBytes) return "changed";
  if (mark.state === "uploading") return "begun";
  if (previous?.blobName !== name) return "unsure";
  return previous.drift === "" && previous.etag === found.etag ? "complete" : "changed";
}

/** Brings a VHD to a blob of its own: sends what is missing, checks it, and only then calls it complete. */
export async function publish(job: Publication): Promise<Published> {
  const blob = job.container.client.getPageBlobClient(versionName(job.prefix, job.digest));
  const uri = blobUri(blob);
  const found = await job.container.attempt(`Looking for ${uri}`, () => head(blob, job.signal));
  const condition = judge(blob.name, found, job);
  if (condition === "foreign")
    throw new CloudError(`${uri} belongs to something else and will not be overwritten`, {
      hint: "choose another prefix or container, or delete that blob",
    });
  const { digest, owner, proof } = job;
  const claim = job.previous?.claim ?? randomUUID();
  const mark: Mark = { owner, claim, digest, state: "complete", proof };
  const result = { blobUri: uri, blobName: blob.name, claim };
  return job.container.attempt(`Uploading to ${uri}`, async () => {
    if (condition === "complete") {
      const etag = await remark(blob, found!, mark, job.signal);
      return { ...result, etag, bytesSent: 0, mode: "unchanged" };
    }
    const source = await job.open();
    try {
      if (condition === "absent" && !(await createBlob(job, blob, mark))) return publish(job);
      const sent = await withLease(blob, leaseId(owner, digest), job.signal, (conditions) =>
        fill({ job, blob, mark, condition, found, source }, conditions),
      );
      return { ...result, ...sent };
    } finally {
      await source.close();
    }
  });
}

/** False when somebody was quicker. */
async function createBlob(job: Publication, blob: PageBlobClient, mark: Mark): Promise<boolean> {
  const options = { ...blobOptions(mark, job.signal), conditions: { ifNoneMatch: "*" } };
  try {
    await blob.create(job.sizeBytes, options).catch(async (error) => {
      if (azureCode(error) !== "ContainerNotFound") throw error;
      await job.container.client.createIfNotExists({ abortSignal: job.signal });
      await blob.create(job.sizeBytes, options);
    });
    return true;
  } catch (error) {
    if (azureCode(error) === "BlobAlreadyExists") return false;
    throw error;
  }
}

function blobOptions(mark: Mark, abortSignal: AbortSignal) {
  return { metadata: toMetadata({ ...mark, state: "uploading" }), abortSignal };
}

/** Writes the mark of a finished blob anew if it says something else; every write gives a new etag. */
async function remark(
  blob: PageBlobClient,
  found: BlobGetPropertiesResponse,
  mark: Mark,
  abortSignal: AbortSignal,
): Promise<string> {
  const metadata = toMetadata({ ...mark, hashes: fromMetadata(found.metadata)?.hashes });
  const same = Object.entries(metadata).every(([key, value]) => found.metadata?.[key] === value);
  if (same) return found.etag!;
  const conditions = { ifMatch: found.etag! };
  return (await blob.setMetadata(metadata, { conditions, abortSignal })).etag!;
}
