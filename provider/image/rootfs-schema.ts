import * as z from "zod";
import { sizingSchema } from "../plan/layout.ts";
import { osReleaseSchema } from "../plan/os-release.ts";
import { refSchema } from "../plan/ref.ts";
import { treeKernelSchema } from "../plan/tree-kernel.ts";
import { scrubRuleNames } from "../tree/scrub.ts";
import { observedSchema, relativePath, rootfsSourceSchema } from "./source-schema.ts";

const machinePath = z
  .string()
  .max(4095)
  .regex(/^\/[^\0]*[^/\0]$/, 'must be absolute, such as "/etc/motd", and not end with a slash')
  .refine(
    (p) =>
      !p
        .split("/")
        .slice(1)
        .some((part) => part === "" || part === "." || part === ".."),
    "must not contain empty, . or .. parts",
  );

const extraFile = z
  .strictObject({
    path: machinePath.describe(
      "Absolute path in the machine; missing parents are made with mode 0755.",
    ),
    content: z
      .string()
      .optional()
      .describe("Text of the file, in UTF-8; exclusive with source, symlink and directory."),
    source: relativePath.optional().describe("File of the project whose bytes are taken."),
    symlink: z.string().min(1).max(4095).optional().describe("Target of a symbolic link."),
    directory: z.boolean().optional().describe("Make a directory."),
    mode: z
      .int()
      .min(0)
      .max(0o7777)
      .optional()
      .describe("Permission bits as a number, such as 0o600. Default: 0644, directories 0755."),
    uid: z.int().min(0).max(0xfffffffe).optional().describe("Owner. Default: 0."),
    gid: z.int().min(0).max(0xfffffffe).optional().describe("Group. Default: 0."),
  })
  .meta({
    id: "MachineFile",
    description: "An entry that is added to the image or replaces one of it.",
  });

const install = z
  .strictObject({
    kernel: z
      .boolean()
      .optional()
      .describe("Install the distribution's kernel, with an initrd. Default: false."),
    init: z
      .boolean()
      .optional()
      .describe(
        "Install the distribution's init, and what a login and a network need. Default: false.",
      ),
  })
  .meta({
    id: "RootfsInstall",
    description: "Parts of a machine that are installed where the image has none.",
  });

const installedPackage = z
  .strictObject({
    name: z.string().describe("Name of the package."),
    version: z.string().describe("Its version."),
  })
  .meta({ id: "InstalledPackage", description: "A package of the distribution." });

export const rootfsInputs = z.strictObject({
  source: rootfsSourceSchema.describe("Where the root filesystem comes from."),
  platform: z.enum(["linux/amd64"]).default("linux/amd64").describe("Platform of the image."),
  files: z
    .array(extraFile)
    .default([])
    .describe("Entries to add or replace, after the image's own."),
  hostname: z
    .string()
    .max(64)
    .regex(
      /^[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*$/,
      "must be a lower-case host name (hostname(7))",
    )
    .optional()
    .describe(
      "Host name of the machine, also in /etc/hosts where the image has none. Default: the image's own /etc/hostname.",
    ),
  network: z
    .enum(["none", "dhcp"])
    .default("none")
    .describe(
      "dhcp: every Ethernet card asks for an address and name servers, through systemd-networkd.",
    ),
  install: install
    .optional()
    .describe(
      "Kernel and init of the image's own distribution (Debian, Ubuntu), for an image that has none: so that debian:12 alone becomes a machine.",
    ),
  service: z
    .boolean()
    .default(false)
    .describe(
      "Run the image's process (ENTRYPOINT and CMD, with its ENV, USER, WORKDIR, STOPSIGNAL and HEALTHCHECK) as a service of the machine, through systemd or busybox's init.",
    ),
  growRootOnFirstBoot: z
    .boolean()
    .default(false)
    .describe(
      "Grow the root partition and its filesystem to the disk at the first boot (needs systemd, util-linux, fdisk and e2fsprogs in the image).",
    ),
  scrub: z
    .array(z.enum(scrubRuleNames))
    .default([...scrubRuleNames])
    .describe(
      "What is left out because it must not ship or never repeats. Default: everything named here; an empty list keeps all.",
    ),
  sourceDateEpoch: z
    .int()
    .min(0)
    .max(2 ** 33)
    .default(1735689600)
    .describe(
      "Later modification times are clamped to this, in seconds since 1970. Default: 2025-01-01.",
    ),
  observed: observedSchema
    .optional()
    .describe("Computed: hashes of what the inputs name; a difference here names what changed."),
});

/** What an image says of its process, as Rootfs hands it on. */
export const imageConfigSchema = z
  .strictObject({
    env: z.array(z.string()).describe("Environment, as NAME=value."),
    entrypoint: z.array(z.string()).describe("ENTRYPOINT."),
    cmd: z.array(z.string()).describe("CMD."),
    user: z.string().describe("USER."),
    workingDir: z.string().describe("WORKDIR."),
  })
  .meta({ id: "ImageConfig", description: "What the image's configuration says of its process." });

/** Outputs of Rootfs. */
export const rootfsOutputs = z.object({
  ref: refSchema.describe("The tree."),
  origin: refSchema.describe(
    "Where each entry of the tree comes from: its layer and that layer's line of the Dockerfile. For a Manifest, and for tracing a path.",
  ),
  sizing: sizingSchema.describe("How much room it needs, with 32 MiB to run, in steps of 64 MiB."),
  kernels: z.array(treeKernelSchema).describe("Kernels that it holds, newest first."),
  osRelease: osReleaseSchema.describe("What it says it is."),
  config: imageConfigSchema.describe("The image's configuration."),
  installed: z
    .array(installedPackage)
    .describe("Packages that install added or renewed, sorted by name."),
  entries: z.int().describe("Paths in it."),
  bytes: z.number().describe("Bytes of its files, each hard-linked file once."),
  scrubbed: z.int().describe("Entries that scrub left out."),
  fingerprint: z
    .string()
    .describe(
      "One byte for each of 256 buckets of paths, base64; tells how much differs when the tree cannot be made again.",
    ),
});

export type RootfsInputs = z.output<typeof rootfsInputs>;
