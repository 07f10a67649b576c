import * as z from "zod";

const title = z
  .string()
  .min(1)
  .max(70)
  .regex(/^[ -~]*$/, "must be printable ASCII on one line");

/** An entry of a boot loader's menu. */
export const bootEntrySchema = z
  .strictObject({
    title: title.describe("What the menu shows."),
    commandLine: z
      .string()
      .max(1024)
      .regex(/^[ -~]*$/, "must be printable ASCII on one line")
      .default("")
      .describe("Arguments for the kernel that follow those of all entries, such as `single`."),
    submenu: title
      .optional()
      .describe("Only for GRUB: title of the submenu that holds it, with those around it."),
  })
  .meta({ id: "BootMenuEntry", description: "An entry of a boot loader's menu." });
export type BootEntry = z.output<typeof bootEntrySchema>;
