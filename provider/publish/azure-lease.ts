import type { PageBlobClient } from "@azure/storage-blob";
import { seededUuid } from "../plan/canonical.ts";

/** Conditions that a write under a lease carries. */
export interface Leased {
  readonly leaseId: string;
}

/**
 * The lease that a resource takes for a version. It is a function of both: after a crash the next run takes it up at once, where a
 * random one would have to wait until it runs out, and nobody else can guess into it by accident.
 */
export function leaseId(owner: string, digest: string): string {
  return seededUuid(`${owner} ${digest}`, "azure lease");
}

/** Runs work while nobody else can write a blob; the lease is renewed until the work ends, and then given back. */
export async function withLease<T>(
  blob: PageBlobClient,
  id: string,
  signal: AbortSignal,
  work: (conditions: Leased) => Promise<T>,
): Promise<T> {
  const lease = blob.getBlobLeaseClient(id);
  await lease.acquireLease(60, { abortSignal: signal });
  // A lease that cannot be renewed shows in the next write, which says what happened to it.
  const renewal = setInterval(() => {
    lease.renewLease({ abortSignal: AbortSignal.timeout(15_000) }).catch(() => {});
  }, 20_000);
  try {
    return await work({ leaseId: id });
  } finally {
    clearInterval(renewal);
    // Not with the caller's signal: a cancelled upload gives its lease back too. Otherwise it runs out in a minute.
    await lease.releaseLease({ abortSignal: AbortSignal.timeout(3_000) }).catch(() => {});
  }
}
