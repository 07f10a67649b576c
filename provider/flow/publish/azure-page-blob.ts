import * as z from "zod";
import { bootProofSchema } from "../../plan/boot-proof.ts";
import { readinessSchema } from "../../plan/readiness.ts";
import { refSchema } from "../../plan/ref.ts";
import { find, put, remove } from "../../publish/azure-remote.ts";
import { type AzurePlan, contradictions, diskOf, omissions } from "../../publish/azure-rules.ts";
import { defineResource } from "../../resource.ts";

/**
 * A fixed VHD as an Azure page blob, one blob for each content: register it with azure-native's Image or gallery version.
 * Only pages that hold something are sent, and of a later version only what changed; an upload that was cut off goes on where it
 * stopped. Updated when the VHD, the proof or
 * where it goes changes.
 *
 * @example
 * const blob = new bootwright.AzurePageBlob("blob", {
 *   image: vhd.ref, proof: bootTest.proof, accountUrl: "https://images.blob.core.windows.net", container: "vhds",
 * });
 */
const inputs = z.strictObject({
  image: refSchema.describe("The fixed VHD: `ref` of a ConvertedImage with format `vhd`."),
  proof: bootProofSchema
    .optional()
    .describe("`proof` of the BootTest of the very disk that the VHD shows."),
  readiness: readinessSchema
    .optional()
    .describe("`readiness` of a ReadinessCheck for azure, so that nothing is sent before it."),
  unproven: z
    .boolean()
    .default(false)
    .describe(
      "Publish without a boot test. It is recorded in the outputs and in the blob's metadata.",
    ),
  connectionString: z
    .string()
    .min(1)
    .optional()
    .describe("Connection string of the storage account; instead of `accountUrl`."),
  accountUrl: z
    .string()
    .regex(/^https:\/\/[^/?#@]+\/?$/, "must look like https://ACCOUNT.blob.core.windows.net")
    .optional()
    .describe(
      "Blob address of the storage account; the identity comes from the environment (az login, managed identity, AZURE_CLIENT_ID ...).",
    ),
  container: z
    .string()
    .regex(
      /^(?=.{3,63}$)[a-z0-9]+(-[a-z0-9]+)*$/,
      "must be 3 to 63 lower-case letters, digits and single hyphens between them",
    )
    .describe("Container of the account; made if it is missing."),
  prefix: z
    .string()
    .max(900)
    .regex(
      /^[A-Za-z0-9_-][A-Za-z0-9._-]*(\/[A-Za-z0-9_-][A-Za-z0-9._-]*)*$/,
      "must be names of letters, digits, dots, hyphens and underscores with slashes between them",
    )
    .optional()
    .describe("Start of the blobs' names. Default: `PROJECT/STACK/NAME` of this resource."),
  retain: z
    .int()
    .min(2, "must be at least 2: what still refers to the version before needs it during an update")
    .default(2)
    .describe("How many versions are kept, this one included."),
  concurrency: z.int().min(1).max(64).default(8).describe("How many requests are sent at a time."),
});

const outputs = z.strictObject({
  blobUri: z.string().describe("Address of the blob, without any signature: for azure-native."),
  blobName: z.string().describe("Name of the blob in its container."),
  etag: z.string().describe("Azure's version of the blob; anything that writes it changes it."),
  sizeBytes: z.int().describe("Size of the VHD."),
  bytesSent: z
    .int()
    .describe(
      "Bytes of the disk that the last run sent; a list of its hashes, 0.05 % of its data, is not counted.",
    ),
  requests: z.int().describe("Requests that the last run sent, repeated ones included."),
  mode: z
    .enum(["uploaded", "resumed", "delta", "unchanged"])
    .describe("What the last run did; `delta` sent what changed since the version before."),
  unproven: z.boolean().describe("True when it was published without a boot test."),
  claim: z.string().describe("Marks the blobs as this resource's own."),
  drift: z.string().describe("Why the blob is not what was uploaded; empty when it is."),
});

export const AzurePageBlob = defineResource({
  name: "AzurePageBlob",
  description: "A fixed VHD as an Azure page blob.",
  version: 1,
  inputs,
  outputs,
  secrets: ["connectionString"],
  replaceOn: ["accountUrl", "container", "prefix"],
  rules: (given, omitted = () => false) => [...contradictions(given), ...omissions(given, omitted)],
  plan: ({ readiness: _, ...given }): AzurePlan => ({ ...given, disk: diskOf(given.image) }),
  known: ({ unproven }) => ({ unproven }),
  remote: { put, find, remove },
});
