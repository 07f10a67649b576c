import * as z from "zod";
import { refSchema } from "./ref.ts";

/** An artefact that a filesystem holds as a file. */
export const addedFileSchema = z
  .strictObject({
    path: z
      .string()
      .max(4095)
      .regex(
        /^(\/(?!\.{1,2}(\/|$))[^/\0]+)+$/,
        "must be absolute, such as /machine.img, without empty, . or .. parts",
      )
      .describe("Where it goes, from the filesystem's root."),
    content: refSchema.describe("What is in it: a file or a raw disk, such as `image.ref`."),
    mode: z
      .int()
      .min(0)
      .max(0o7777)
      .optional()
      .describe("Permission bits as a number. Default: 0644."),
  })
  .meta({ id: "AddedFile", description: "An artefact that a filesystem holds as a file." });
export type AddedFile = z.infer<typeof addedFileSchema>;
