import * as z from "zod";

/** What a readiness check says, and what publishing may ask for. */
export const readinessSchema = z
  .strictObject({
    tree: z.string().describe("Digest of the tree that was looked at."),
    target: z.string().describe("The cloud that it is ready for."),
  })
  .meta({ id: "Readiness", description: "What a readiness check has found good." });
export type Readiness = z.infer<typeof readinessSchema>;
