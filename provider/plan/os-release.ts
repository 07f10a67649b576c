import * as z from "zod";

/** What a system says that it is (os-release(5)). */
export const osReleaseSchema = z
  .strictObject({
    id: z.string().describe("ID of os-release(5), such as debian."),
    versionId: z.string().describe("VERSION_ID."),
    prettyName: z.string().describe("PRETTY_NAME."),
  })
  .meta({ id: "OsRelease", description: "What the image says it is." });
export type OsRelease = z.output<typeof osReleaseSchema>;
