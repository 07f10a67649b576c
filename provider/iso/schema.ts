import { z } from "zod";
import type { InputProblem } from "../errors.ts";
import { refSchema } from "../plan/ref.ts";

const title = z
  .string()
  .min(1)
  .max(70)
  .regex(/^[ -~]*$/, "must be printable ASCII on one line");

/** GRUB puts a backslash before a quote or backslash of a command line, and the kernel keeps it. */
const commandLine = z
  .string()
  .max(1024)
  .regex(/^[ !#-&(-[\]-~]*$/, "must be printable ASCII without quotes and backslashes")
  .default("");

const entrySchema = z
  .strictObject({
    title: title.describe("What the menu shows."),
    commandLine: commandLine.describe(
      "Arguments for the kernel; those of the layout and the consoles are added.",
    ),
  })
  .meta({ id: "IsoMenuEntry", description: "An entry of the boot menu." });

/** Where the kernel looks for the rest of the machine. */
export const isoLayouts = ["tiny", "live", "casper"] as const;
export type IsoLayout = (typeof isoLayouts)[number];

export const isoInputs = z.strictObject({
  layout: z
    .enum(isoLayouts)
    .default("tiny")
    .describe(
      "`tiny`: the initrd is the whole machine. `live`: a squashfs for live-boot (Debian). `casper`: a squashfs for casper (Ubuntu).",
    ),
  kernel: refSchema.describe("The kernel: `Kernel.ref`."),
  initrd: refSchema.describe("The initial RAM filesystem: `Initramfs.ref`."),
  squashfs: refSchema
    .optional()
    .describe('The root filesystem of a live system: `ref` of a Filesystem of `type: "squashfs"`.'),
  name: title
    .default("Bootwright")
    .describe("What the medium says that it is, in .disk/info and README.diskdefines."),
  volumeId: z
    .string()
    .regex(/^[A-Z0-9_]{1,16}$/, "must be 1 to 16 of A to Z, 0 to 9 and _")
    .default("BOOTWRIGHT")
    .describe("The volume's name."),
  seed: z
    .string()
    .min(1)
    .describe(
      "What GUIDs, and the mark by which the boot loader knows its own medium, are made from.",
    ),
  entries: z
    .array(entrySchema)
    .min(1)
    .max(64)
    .default([{ title: "Start", commandLine: "" }])
    .describe("The boot menu, from top to bottom."),
  defaultEntry: z
    .int()
    .min(0)
    .default(0)
    .describe("Which entry is started without a key; 0 is the first."),
  timeoutSeconds: z
    .int()
    .min(0)
    .max(3599)
    .default(5)
    .describe("How long the menu waits for a key; 0 starts at once."),
  consoles: z
    .array(
      z.string().regex(/^[A-Za-z]+[0-9]*(,[0-9]+[neo]?[78]?r?)?$/, "must be such as ttyS0,115200"),
    )
    .default(["tty0", "ttyS0"])
    .describe(
      "Consoles of the kernel; the last is /dev/console. The menu is shown on the screen and on the first serial one.",
    ),
  sourceDateEpoch: z
    .int()
    .min(0)
    .max(2 ** 32 - 1)
    .default(1735689600)
    .describe("Time of the volume and its files, in seconds since 1970. Default: 2025-01-01."),
  exportTo: z
    .string()
    .min(1)
    .optional()
    .describe("Path, relative to the project, that the image is also written to."),
});
export type IsoInputs = z.output<typeof isoInputs>;

/** What is wrong with the inputs that are known; `omitted` tells what surely is not given. */
export function isoProblems(
  { layout, kernel, initrd, squashfs, entries, defaultEntry }: Partial<IsoInputs>,
  omitted: (input: "squashfs") => boolean,
): InputProblem[] {
  const found: InputProblem[] = [];
  for (const [property, ref] of Object.entries({ kernel, initrd, squashfs }))
    if (ref && ref.kind !== "file")
      found.push({ property, reason: `must be a file, but is of kind "${ref.kind}"` });
  if (layout === "tiny" && squashfs)
    found.push({
      property: "squashfs",
      reason: 'is of no use to layout "tiny": choose "live" or "casper"',
    });
  if (layout && layout !== "tiny" && omitted("squashfs"))
    found.push({ property: "squashfs", reason: `is required for layout "${layout}"` });
  if (entries && defaultEntry !== undefined && defaultEntry >= entries.length)
    found.push({
      property: "defaultEntry",
      reason: `is ${defaultEntry} but the last of the ${entries.length} entries is ${entries.length - 1}`,
    });
  return found;
}
