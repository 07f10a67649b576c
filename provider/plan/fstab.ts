import * as z from "zod";

const field = z
  .string()
  .min(1)
  .regex(/^[^\n\r\0]+$/, "must be one line");

/** One line of fstab(5). */
export const fstabEntrySchema = z
  .strictObject({
    device: field.describe("What is mounted, such as `UUID=…` or `LABEL=…`."),
    mountPoint: field.describe("Where, or none for swap."),
    type: field.describe("Filesystem type, such as ext4."),
    options: field.default("defaults").describe("Mount options."),
    pass: z
      .number()
      .int()
      .min(0)
      .max(2)
      .default(0)
      .describe("Order of fsck at boot; 1 for the root."),
  })
  .meta({ id: "FstabEntry", description: "One line of fstab(5)." });
export type FstabEntry = z.infer<typeof fstabEntrySchema>;

/** The text of /etc/fstab; white space in a field is written as fstab(5) asks. */
export function fstabText(entries: readonly FstabEntry[]): string {
  const written = (text: string) =>
    text.replaceAll("\\", "\\134").replaceAll(" ", "\\040").replaceAll("\t", "\\011");
  return entries
    .map((e) =>
      [e.device, e.mountPoint, e.type, e.options].map(written).concat("0", `${e.pass}`).join(" "),
    )
    .map((line) => `${line}\n`)
    .join("");
}
