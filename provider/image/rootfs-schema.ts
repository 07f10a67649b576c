import { z } from "zod";
import { sizingSchema } from "../plan/layout.ts";
import { refSchema } from "../plan/ref.ts";
import { treeKernelSchema } from "../plan/tree-kernel.ts";
import { scrubRuleNames } from "../tree/scrub.ts";

const relativePath = z
  .string()
  .min(1)
  .max(4096)
  .refine((p) => !p.includes("\0"), "must not contain a NUL byte");
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
const hash = z.string().regex(/^sha256:[0-9a-f]{64}$/);

const secret = z
  .strictObject({
    id: z
      .string()
      .regex(/^[\w.-]+$/, "must be letters, digits, dots, dashes")
      .describe("Name that `RUN --mount=type=secret,id=…` uses."),
    env: z
      .string()
      .min(1)
      .optional()
      .describe("Environment variable of the program that holds the secret; exclusive with file."),
    file: relativePath.optional().describe("File that holds the secret; exclusive with env."),
  })
  .meta({
    id: "BuildSecret",
    description: "A secret that a build may read; its value is in no state, key or log.",
  });

const dockerfile = z
  .strictObject({
    context: relativePath.describe("Folder sent to the builder, relative to the project."),
    file: relativePath
      .optional()
      .describe("Dockerfile, relative to the context. Default: Dockerfile."),
    target: z.string().min(1).optional().describe("Stage to build. Default: the last."),
    buildArgs: z.record(z.string(), z.string()).optional().describe("Values of ARG instructions."),
    builder: z
      .string()
      .min(1)
      .optional()
      .describe("Name of the buildx builder. Default: the one the docker CLI is set to."),
    pull: z
      .boolean()
      .optional()
      .describe("Look for newer base images at every build. Default: false."),
    cacheFrom: z
      .array(z.string().min(1))
      .optional()
      .describe("Where the builder looks for cached layers (docker buildx build --cache-from)."),
    cacheTo: z
      .array(z.string().min(1))
      .optional()
      .describe("Where the builder stores cached layers (docker buildx build --cache-to)."),
    network: z
      .enum(["default", "none", "host"])
      .optional()
      .describe("Network of RUN instructions. Default: the builder's."),
    ssh: z
      .array(z.string().min(1))
      .optional()
      .describe('SSH agents that RUN --mount=type=ssh may use, such as "default".'),
    secrets: z.array(secret).optional().describe("Secrets that RUN --mount=type=secret may read."),
    triggers: z
      .array(z.string())
      .optional()
      .describe(
        "Any texts; a new one builds the image once without cached layers, to renew what apt installed.",
      ),
  })
  .meta({ id: "DockerfileSource", description: "A Dockerfile and its build context." });

const source = z
  .strictObject({
    dockerfile: dockerfile.optional().describe("Build a Dockerfile."),
    image: z
      .string()
      .min(1)
      .regex(/^(?!-)[^\s\p{Cc}]*$/u, "must be the name of an image, without spaces")
      .optional()
      .describe("An image in the builder's engine, by reference or digest."),
    ociLayout: relativePath.optional().describe("An OCI layout folder with one image."),
    ociArchive: relativePath.optional().describe("A tar of an OCI layout."),
    dockerArchive: relativePath.optional().describe("A tar that docker save wrote."),
    tar: relativePath
      .optional()
      .describe("A tar of a root filesystem, plain or compressed with gzip or zstd."),
    directory: relativePath
      .optional()
      .describe("A folder that becomes the root filesystem; everything in it is owned by root."),
  })
  .meta({ id: "RootfsSource", description: "Where the root filesystem comes from; exactly one." });

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

const observed = z
  .strictObject({
    dockerfile: hash.optional().describe("Content of the Dockerfile."),
    context: hash
      .optional()
      .describe("Content of the build context, by the rules of .dockerignore."),
    image: z.string().optional().describe("Digest of the image in the engine."),
    baseImages: z
      .array(z.string())
      .optional()
      .describe("Digests of the base images that the engine has."),
    source: hash.optional().describe("Content of the archive or folder."),
    files: z.array(hash).optional().describe("Content of the files named by files[].source."),
  })
  .meta({
    id: "ObservedSource",
    description: "Hashes of what the inputs name, taken when they are checked.",
  });

/** Inputs of Rootfs. */
export const rootfsInputs = z.strictObject({
  source: source.describe("Where the root filesystem comes from."),
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
  observed: observed
    .optional()
    .describe("Computed: hashes of what the inputs name; a difference here names what changed."),
});

const osRelease = z
  .strictObject({
    id: z.string().describe("ID of os-release(5), such as debian."),
    versionId: z.string().describe("VERSION_ID."),
    prettyName: z.string().describe("PRETTY_NAME."),
  })
  .meta({ id: "OsRelease", description: "What the image says it is." });

const imageConfig = z
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
  sizing: sizingSchema.describe("How much room it needs, with 32 MiB to run, in steps of 64 MiB."),
  kernels: z.array(treeKernelSchema).describe("Kernels that it holds, newest first."),
  osRelease: osRelease.describe("What it says it is."),
  config: imageConfig.describe("The image's configuration."),
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
export type RootfsSource = RootfsInputs["source"];
