import type { ContainerClient, Metadata } from "@azure/storage-blob";
import { CloudError } from "../errors.ts";
import { azureCode, isAbsent } from "./azure-errors.ts";
import { removeHashes } from "./azure-hashes.ts";
import { leaseId } from "./azure-lease.ts";

/** What Bootwright writes into a blob's metadata to know it again. */
export interface Mark {
  /** Hash of the resource's URN. */
  readonly owner: string;
  /** Names one life of the resource: the delete half of a replacement leaves alone what its successor has taken over. */
  readonly claim: string;
  /** Digest of the VHD. */
  readonly digest: string;
  /** `patching`: a copy of another version whose pages are being exchanged. */
  readonly state: "uploading" | "patching" | "complete";
  /** Hash of the boot test's proof, or `unproven`. */
  readonly proof: string;
  /** SHA-256 of the list of the chunks' hashes that lies next to the blob; undefined when there is none. */
  readonly hashes?: string | undefined;
}

/** A mark as metadata: names that are C# identifiers, values in ASCII. */
export function toMetadata({ owner, claim, digest, state, proof, hashes }: Mark): Metadata {
  return {
    bootwright: "1",
    bootwright_owner: owner,
    bootwright_claim: claim,
    bootwright_digest: digest,
    bootwright_state: state,
    bootwright_proof: proof,
    ...(hashes === undefined ? {} : { bootwright_hashes: hashes }),
  };
}

/** The mark in a blob's metadata; undefined when Bootwright did not make it. */
export function fromMetadata(metadata: Metadata | undefined): Mark | undefined {
  if (metadata?.bootwright !== "1") return undefined;
  const { bootwright_owner: owner = "", bootwright_claim: claim = "" } = metadata;
  const { bootwright_digest: digest = "", bootwright_proof: proof = "" } = metadata;
  const { bootwright_state: was, bootwright_hashes: hashes } = metadata;
  const state = was === "complete" || was === "patching" ? was : "uploading";
  return { owner, claim, digest, state, proof, ...(hashes === undefined ? {} : { hashes }) };
}

/** One blob of a resource. */
export interface Version {
  readonly name: string;
  readonly etag: string;
  readonly mark: Mark;
  readonly modified: Date;
}

/** Name of the blob that holds a VHD. */
export function versionName(prefix: string, digest: string): string {
  return `${prefix}/${digest.slice("sha256:".length, "sha256:".length + 16)}.vhd`;
}

/** The versions below a prefix that are a resource's own; nothing else in the container is ever touched. */
export async function listVersions(
  container: ContainerClient,
  prefix: string,
  own: (mark: Mark) => boolean,
  signal: AbortSignal,
): Promise<Version[]> {
  const versions: Version[] = [];
  const options = { prefix: `${prefix}/`, includeMetadata: true, abortSignal: signal };
  for await (const { name, metadata, properties } of container.listBlobsFlat(options)) {
    const mark = fromMetadata(metadata);
    // The name must be the one that the digest gives: not a copy of a blob with its metadata, nor a longer prefix's.
    if (!mark || !own(mark) || name !== versionName(prefix, mark.digest)) continue;
    versions.push({
      name,
      etag: quoted(properties.etag),
      mark,
      modified: properties.lastModified,
    });
  }
  return versions;
}

/** A listing gives an etag without the quotes that RFC 9110 §8.8.3 and Azure's If-Match want; Azurite takes both. */
function quoted(etag: string): string {
  return etag.startsWith('"') ? etag : `"${etag}"`;
}

/** Which versions are no longer kept: all but the current one, the one before, and the newest, `retain` together. */
export function superseded(
  versions: readonly Version[],
  { current, previous, retain }: { current: string; previous: string | undefined; retain: number },
): Version[] {
  const rank = ({ name }: Version) => (name === current ? 0 : name === previous ? 1 : 2);
  const others = [...versions].sort(
    (a, b) => rank(a) - rank(b) || b.modified.getTime() - a.modified.getTime(),
  );
  // An upload of another digest that never ended is of no use to anybody.
  const kept = others
    .filter(({ name, mark }) => name === current || mark.state === "complete")
    .slice(0, retain);
  return versions.filter((version) => !kept.includes(version));
}

/** Deletes a version if it is still the one that was listed; false when somebody else's lease protects it. */
export async function deleteVersion(
  container: ContainerClient,
  { name, etag, mark }: Version,
  signal: AbortSignal,
): Promise<boolean> {
  // Before the blob: what a crash leaves is a blob, which is found again, and not a list, which is not.
  await removeHashes(container, { blobName: name, digest: mark.digest }, signal);
  // An upload that was killed a moment ago has left a lease; it is known which.
  for (const lease of [{}, { leaseId: leaseId(mark.owner, mark.digest) }]) {
    try {
      await container.getPageBlobClient(name).delete({
        deleteSnapshots: "include",
        conditions: { ifMatch: etag, ...lease },
        abortSignal: signal,
      });
      return true;
    } catch (error) {
      if (isAbsent(error)) return true;
      if (!/^Lease/.test(azureCode(error))) throw error;
    }
  }
  return false;
}

/** Deletes all versions below a prefix that are a resource's own; what is gone already is success. */
export async function removeVersions(
  container: ContainerClient,
  prefix: string,
  own: (mark: Mark) => boolean,
  signal: AbortSignal,
): Promise<void> {
  let versions: Version[];
  try {
    versions = await listVersions(container, prefix, own, signal);
  } catch (error) {
    if (isAbsent(error)) return;
    throw error;
  }
  const kept: string[] = [];
  for (const version of versions)
    if (!(await deleteVersion(container, version, signal))) kept.push(version.name);
  if (kept.length > 0)
    throw new CloudError(`Cannot delete ${kept.join(", ")}: leased by somebody else`, {
      hint: "a virtual machine has it as its disk, or an upload is under way; end that and try again",
    });
}
