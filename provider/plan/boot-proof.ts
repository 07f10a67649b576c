import * as z from "zod";

/** What a boot test proves, and what publishing asks for. */
export const bootProofSchema = z
  .strictObject({
    imageDigest: z.string().describe("Digest of the disk that booted."),
    expectations: z.string().describe("What it was seen to do."),
  })
  .meta({ id: "BootProof", description: "What a boot test has proved." });
export type BootProof = z.infer<typeof bootProofSchema>;
