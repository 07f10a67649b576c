import type { Log } from "../resource.ts";
import type { ByteSource } from "../store/vhd-view.ts";
import type { AzureContainer } from "./azure-client.ts";

/** A VHD to bring to a container. */
export interface Publication {
  readonly container: AzureContainer;
  readonly prefix: string;
  /** Digest of the VHD; names the blob. */
  readonly digest: string;
  readonly sizeBytes: number;
  /** Hash of the resource's URN. */
  readonly owner: string;
  /** Hash of the boot test's proof, or `unproven`. */
  readonly proof: string;
  readonly concurrency: number;
  /** Opens the content; asked for only when something has to be compared or sent. */
  open(): Promise<ByteSource>;
  readonly previous: Previous | undefined;
  readonly signal: AbortSignal;
  readonly log: Log;
}

/** What the last run recorded. */
export interface Previous {
  readonly blobName: string;
  readonly etag: string;
  readonly claim: string;
  /** Not empty when a refresh found the blob changed. */
  readonly drift: string;
}

/** What is there now. */
export interface Published {
  readonly blobUri: string;
  readonly blobName: string;
  readonly etag: string;
  readonly claim: string;
  readonly bytesSent: number;
  readonly mode: "uploaded" | "resumed" | "delta" | "unchanged";
}

/**
 * The state of a blob as its properties tell: `begun` is an upload that was cut off, `patched` a copy of the version before that was
 * being changed, `unsure` a finished one that no run has recorded, `changed` one that somebody wrote after us.
 */
export type Condition =
  | "absent"
  | "foreign"
  | "begun"
  | "patched"
  | "unsure"
  | "complete"
  | "changed";
