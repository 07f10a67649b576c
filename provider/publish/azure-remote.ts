import { dirname } from "node:path/posix";
import { InputError } from "../errors.ts";
import { digestOf, sha256 } from "../plan/canonical.ts";
import type { Context, Owner } from "../resource.ts";
import { loadVhd, openVhd } from "../store/vhd-view.ts";
import { head, openContainer } from "./azure-client.ts";
import type { Published } from "./azure-publication.ts";
import { publish } from "./azure-publish.ts";
import { keepVersions } from "./azure-retention.ts";
import { type AzurePlan, contradictions, omissions, refusals } from "./azure-rules.ts";
import { removeVersions } from "./azure-versions.ts";

/** What AzurePageBlob records. */
export interface AzureOutputs extends Published {
  readonly sizeBytes: number;
  readonly requests: number;
  readonly unproven: boolean;
  readonly drift: string;
}

/** Publishes the VHD, then deletes the versions that are no longer kept. */
export async function put(
  plan: AzurePlan,
  ctx: Context,
  previous: AzureOutputs | undefined,
): Promise<AzureOutputs> {
  refuse([...contradictions(plan), ...omissions(plan, (input) => plan[input] === undefined)]);
  const { image, disk, proof, unproven, retain, concurrency } = plan;
  const { signal, log } = ctx;
  const vhd = await loadVhd(await ctx.materialise(image), image.digest);
  refuse(refusals(plan, vhd));
  const container = await openContainer(plan);
  const owner = ownerHash(ctx.owner);
  const published = await publish({
    container,
    prefix: plan.prefix ?? (previous ? dirname(previous.blobName) : defaultPrefix(ctx.owner)),
    digest: image.digest,
    sizeBytes: vhd.sizeBytes,
    owner,
    proof: proof ? digestOf(proof) : "unproven",
    concurrency,
    open: async () => openVhd(vhd, await ctx.materialise(disk!)),
    previous,
    signal,
    log,
  });
  await keepVersions({ container, published, previous, owner, retain, signal, log });
  const requests = container.requests();
  return { ...published, sizeBytes: vhd.sizeBytes, requests, unproven, drift: "" };
}

/** Looks at the blob: undefined only when Azure says that it is gone; what somebody else wrote shows as drift. */
export async function find(
  outputs: AzureOutputs,
  plan: AzurePlan,
  { signal }: Context,
): Promise<AzureOutputs | undefined> {
  const { client, attempt } = await openContainer(plan, { tries: 4 });
  const blob = client.getPageBlobClient(outputs.blobName);
  const found = await attempt(`Looking for ${outputs.blobUri}`, () => head(blob, signal));
  if (!found) return undefined;
  const etag = found.etag ?? "";
  if (etag === outputs.etag) return outputs;
  const drift = `the blob was written by something else: its etag is ${etag}, it was ${outputs.etag}`;
  return { ...outputs, etag, drift };
}

/** Deletes every version that this resource has made and still holds; the container stays. */
export async function remove(
  { blobName, blobUri, claim }: AzureOutputs,
  plan: AzurePlan,
  { signal }: Context,
): Promise<void> {
  const { client, attempt } = await openContainer(plan);
  await attempt(`Deleting ${blobUri} and its earlier versions`, () =>
    removeVersions(client, dirname(blobName), (mark) => mark.claim === claim, signal),
  );
}

function refuse(problems: InputError["problems"]): void {
  if (problems.length > 0) throw new InputError(problems);
}

function ownerHash({ urn }: Owner): string {
  return sha256(urn);
}

/** Where blobs go when no prefix is given; what a blob name should not have becomes a hyphen. */
function defaultPrefix({ project, stack, name }: Owner): string {
  return [project, stack, name]
    .map((part) => part.replace(/[^A-Za-z0-9._-]+/g, "-").replace(/^\.+|\.+$/g, "-"))
    .join("/");
}
