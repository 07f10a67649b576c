import { CloudError } from "../errors.ts";

/** What the Azure SDK throws, as far as it is used here. */
interface Failure {
  readonly name?: string;
  readonly message?: string;
  readonly code?: string;
  readonly statusCode?: number;
  readonly details?: { readonly errorCode?: string };
}

/** Azure's own code of a failure, such as `BlobNotFound`; "" when it has none. */
export function azureCode(error: unknown): string {
  const { details, code } = (error ?? {}) as Failure;
  return details?.errorCode ?? code ?? "";
}

/** True when the service answered that something is not there: not when it could not be asked. */
export function isAbsent(error: unknown): boolean {
  return ((error ?? {}) as Failure).statusCode === 404;
}

/** True when the service understood and said no: asking again, or another time, gives the same. */
export function isRefused(error: unknown): boolean {
  return [400, 403, 404, 409, 412].includes(((error ?? {}) as Failure).statusCode ?? 0);
}

const explanations: readonly (readonly [code: RegExp, why: string, hint: string])[] = [
  [
    /BlobTypeNotSupported|NotSupportedForAccount|ForHierarchicalNamespaceAccounts|^FeatureNotSupported/,
    "this kind of storage account has no page blobs",
    "use a general-purpose v2 account without hierarchical namespace (kind StorageV2)",
  ],
  [
    /^LeaseAlreadyPresent$|^LeaseIsBreaking/,
    "somebody else is writing it at this moment, or a virtual machine uses it as its disk",
    "wait for the other pulumi up, or break the blob's lease, and try again",
  ],
  [
    /^LeaseIdM|^LeaseLost|^LeaseNotPresent/,
    "the lease on it went to somebody else",
    "run pulumi up again when nothing else writes it or has it attached as a disk",
  ],
  [
    /^AuthenticationFailed|^InvalidAuthenticationInfo|^AuthorizationFailure|^Authorization|^InsufficientAccountPermissions|^KeyBasedAuthenticationNotPermitted|^NoAuthenticationInformation/,
    "the storage account does not accept these credentials",
    'check the connection string, whose signature may have expired, and this machine\'s clock, or give the identity the role "Storage Blob Data Contributor" on the account',
  ],
  [
    /^CredentialUnavailableError$|Authentication(Required)?Error$/,
    "there is no identity that Azure accepts",
    "run az login, or set AZURE_TENANT_ID, AZURE_CLIENT_ID and AZURE_CLIENT_SECRET",
  ],
  [
    /^(HTTP \d+|PARSE_ERROR)$/,
    "something other than the storage account answered",
    "a proxy or a login page is in the way: check the account's address and the network",
  ],
  [
    /^(TIMEOUT|ServerBusy|OperationTimedOut|InternalError|50\d)$/,
    "the storage account, or a proxy before it, is busy or out of order",
    "run pulumi up again later; what has been sent is kept",
  ],
  [
    /^PendingCopyOperation$/,
    "the service still copies the version before into it, as a run that was cut off asked for",
    "run it again in a minute",
  ],
  [
    /^ConditionNotMet$/,
    "something else wrote it at the same moment",
    "run pulumi refresh and pulumi up again",
  ],
  [
    /^(ECONNREFUSED|ECONNRESET|ENOTFOUND|EAI_AGAIN|ETIMEDOUT|ESOCKETTIMEDOUT|EPIPE|REQUEST_SEND_ERROR)$/,
    "the storage account could not be reached",
    "check its name, the network and its firewall rules; what has been sent is kept",
  ],
  [/^AccountIsDisabled$/, "the storage account is disabled", "enable it, or use another one"],
  [
    /^ContainerBeingDeleted$/,
    "the container is being deleted",
    "wait half a minute, or use another container",
  ],
];

/** Removes whatever opens an account from a text: keys, signatures and tokens, and the given secrets word by word. */
export function redact(text: string, secrets: readonly string[] = []): string {
  const known = secrets
    .filter((s) => s.length > 0)
    .reduce((t, s) => t.replaceAll(s, "[secret]"), text);
  return known
    .replace(/\b(sig|AccountKey|SharedAccessSignature)=[^&;\s"']+/gi, "$1=[secret]")
    .replace(/\b(Bearer|SharedKey)\s+\S+/gi, "$1 [secret]");
}

/** A failure of the cloud as an error to act on; a cancellation and our own errors pass through. */
export function cloudError(
  error: unknown,
  action: string,
  secrets: readonly string[] = [],
): unknown {
  const failure = (error ?? {}) as Failure;
  if (error instanceof CloudError || failure.name === "AbortError") return error;
  if (error instanceof Error && !isAzure(error)) return error;
  const code = azureCode(error);
  const key = code || String(failure.statusCode ?? failure.name);
  const known = explanations.find(([pattern]) => pattern.test(key));
  const said = redact((failure.message ?? String(error)).split("\n")[0]!.trim(), secrets);
  const status = [failure.statusCode, code].filter(Boolean).join(" ");
  const why = known ? `${known[1]} (${status || said})` : `${status}${status && ": "}${said}`;
  // The SDK's error holds the request with its headers: only its words go on.
  return new CloudError(`${action} failed: ${why}`, {
    ...(known ? { hint: known[2] } : {}),
    cause: new Error(said),
  });
}

function isAzure({ name }: Error): boolean {
  return /^RestError$|^CredentialUnavailableError$|Authentication(Required)?Error$/.test(name);
}
