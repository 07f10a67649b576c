import type { Log } from "../resource.ts";
import type { AzureContainer } from "./azure-client.ts";
import type { Previous, Published } from "./azure-publication.ts";
import { deleteVersion, listVersions, superseded, toMetadata } from "./azure-versions.ts";

/** How many versions stay, and who asks. */
export interface Retention {
  readonly container: AzureContainer;
  readonly published: Published;
  readonly previous: Pick<Previous, "blobName"> | undefined;
  /** Hash of the resource's URN. */
  readonly owner: string;
  readonly retain: number;
  readonly signal: AbortSignal;
  readonly log: Log;
}

/** Keeps the newest versions and deletes the others. The new one is up already, so that trouble here is a warning. */
export async function keepVersions(retention: Retention): Promise<void> {
  const { container, published, log } = retention;
  try {
    await container.attempt(`Deleting old versions of ${published.blobUri}`, () => keep(retention));
  } catch (error) {
    log.warn(`${error instanceof Error ? error.message : error}; the next update tries again`);
  }
}

async function keep({ container, published, previous, owner, retain, signal, log }: Retention) {
  const { blobName: current, claim } = published;
  const prefix = current.slice(0, current.lastIndexOf("/"));
  const versions = await listVersions(
    container.client,
    prefix,
    (mark) => mark.owner === owner || mark.claim === claim,
    signal,
  );
  const old = superseded(versions, { current, previous: previous?.blobName, retain });
  for (const version of old)
    if (!(await deleteVersion(container.client, version, signal)))
      log.warn(`${version.name} is leased by somebody else and stays; the next update tries again`);
  for (const { name, etag, mark } of versions) {
    // Left by a life of this resource that the state has forgotten: taken over, so that the delete finds it.
    if (mark.claim === claim || old.some((version) => version.name === name)) continue;
    await container.client.getPageBlobClient(name).setMetadata(toMetadata({ ...mark, claim }), {
      conditions: { ifMatch: etag },
      abortSignal: signal,
    });
  }
}
