import * as z from "zod";
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

const entry = {
  title: title.describe("What the menu shows."),
  commandLine: commandLine.describe(
    "Arguments for the kernel, to which those of the layout and the consoles are added; or for Memtest86+.",
  ),
  memtest: z
    .boolean()
    .default(false)
    .describe("Starts Memtest86+ instead of the system, by a BIOS and by UEFI."),
};

const entrySchema = z
  .strictObject({
    ...entry,
    submenu: z
      .array(
        z
          .strictObject(entry)
          .meta({ id: "IsoSubmenuEntry", description: "An entry of a menu below the boot menu." }),
      )
      .min(1)
      .max(64)
      .optional()
      .describe("Opens a menu of these instead of starting something."),
  })
  .meta({ id: "IsoMenuEntry", description: "An entry of the boot menu." });
export type IsoEntry = z.output<typeof entrySchema>;

const fileSchema = z
  .strictObject({
    path: z
      .string()
      .max(255)
      .regex(
        /^(\/(?!\.{1,2}(\/|$))[\w.+-]{1,64})+$/,
        "must be absolute, of parts of at most 64 letters, digits and _ . + -",
      )
      .describe("Where it goes, from the medium's root."),
    content: refSchema.describe("What is in it: a file, such as `image.ref`."),
  })
  .meta({ id: "IsoFile", description: "An artefact that a medium holds as a file." });

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
  liveOnlyPackages: z
    .array(
      z
        .string()
        .regex(/^[A-Za-z0-9*][A-Za-z0-9+.*_-]*$/, "must be a package's name, * for any part of it"),
    )
    .optional()
    .describe(
      "Packages of the live system that an installed one has no use for: filesystem.manifest-desktop leaves them out. `*` stands for any part of a name. Default: those of live-boot, live-config, casper and ubiquity, discover, laptop-detect and os-prober.",
    ),
  files: z
    .array(fileSchema)
    .default([])
    .describe("More files of the medium, such as the disk image that an installer writes."),
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
    .optional()
    .describe(
      "The boot menu, from top to bottom. By default what the layout has: to start (`tiny`), to try, check and test the memory (`live`), or these and to install (`casper`).",
    ),
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
