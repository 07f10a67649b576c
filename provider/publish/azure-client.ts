import type {
  BlobClient,
  BlobGetPropertiesResponse,
  ContainerClient,
  PageBlobClient,
} from "@azure/storage-blob";
import { InputError } from "../errors.ts";
import { attemptPolicies } from "./azure-attempts.ts";
import { cloudError, isAbsent, redact } from "./azure-errors.ts";

/** Which container, and by what right; exactly one of connection string and account address. */
export interface AzureAccess {
  readonly connectionString?: string | undefined;
  readonly accountUrl?: string | undefined;
  readonly container: string;
}

/** How patient the client is. */
export interface Patience {
  /** How often a request is sent before it counts as failed; the SDK's own retries are the only ones. */
  readonly tries: number;
  /** How long one attempt may take; a connection that went silent is closed and tried again. */
  readonly attemptSeconds: number;
}

/** A container of page blobs, with what was sent to it. */
export interface AzureContainer {
  readonly client: ContainerClient;
  /** Requests so far, repeated ones included. */
  requests(): number;
  /** Runs calls of the SDK; a failure becomes a CloudError that says what was being done and holds no secret. */
  attempt<T>(action: string, work: () => Promise<T>): Promise<T>;
}

/** Opens a container; sends nothing yet. */
export async function openContainer(
  access: AzureAccess,
  { tries = 8, attemptSeconds = 300 }: Partial<Patience> = {},
): Promise<AzureContainer> {
  const sdk = await import("@azure/storage-blob");
  const { url, credential, secrets } = await account(access);
  let requests = 0;
  const pipeline = sdk.newPipeline(credential, {
    retryOptions: { maxTries: tries, retryDelayInMs: 500, maxRetryDelayInMs: 20_000 },
  });
  pipeline.factories.push(
    attemptPolicies({ attemptSeconds, onAttempt: () => requests++, RestError: sdk.RestError }),
  );
  const client = new sdk.BlobServiceClient(url, pipeline).getContainerClient(access.container);
  return {
    client,
    requests: () => requests,
    attempt: (action, work) =>
      work().catch((error) => Promise.reject(cloudError(error, action, secrets))),
  };
}

async function account({ connectionString, accountUrl }: AzureAccess) {
  if (connectionString === undefined) {
    const { DefaultAzureCredential } = await import("@azure/identity");
    return { url: accountUrl!, credential: new DefaultAzureCredential(), secrets: [] };
  }
  const { BlobServiceClient } = await import("@azure/storage-blob");
  const secrets = secretsOf(connectionString);
  try {
    const { url, credential } = BlobServiceClient.fromConnectionString(connectionString);
    return { url, credential, secrets };
  } catch (error) {
    const why = redact(error instanceof Error ? error.message : String(error), secrets);
    throw new InputError([
      { property: "connectionString", reason: `is not one of a storage account: ${why}` },
    ]);
  }
}

/** The parts of a connection string that open the account, as they may turn up in a message. */
export function secretsOf(connectionString: string): string[] {
  const values = connectionString
    .split(";")
    .filter((part) => /^\s*(AccountKey|SharedAccessSignature)=/i.test(part))
    .map((part) => part.slice(part.indexOf("=") + 1).trim());
  return [connectionString, ...values, ...values.map(encodeURIComponent)];
}

/** The address of a blob without the signature that a client's own address may hold. */
export function blobUri(blob: PageBlobClient): string {
  const { origin, pathname } = new URL(blob.url);
  return origin + pathname;
}

/** A blob's properties; undefined only when the service says that it, or its container, is not there. */
export async function head(
  blob: BlobClient,
  abortSignal: AbortSignal,
): Promise<BlobGetPropertiesResponse | undefined> {
  try {
    return await blob.getProperties({ abortSignal });
  } catch (error) {
    if (isAbsent(error)) return undefined;
    throw error;
  }
}
