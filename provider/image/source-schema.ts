import * as z from "zod";

/** A path of the project, relative to its folder. */
export const relativePath = z
  .string()
  .min(1)
  .max(4096)
  .refine((p) => !p.includes("\0"), "must not contain a NUL byte");

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

/** What every build can be told, wherever its context is. */
const buildOptions = {
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
};

const dockerfile = z
  .strictObject({
    context: relativePath.describe("Folder sent to the builder, relative to the project."),
    file: relativePath
      .optional()
      .describe("Dockerfile, relative to the context. Default: Dockerfile."),
    ...buildOptions,
  })
  .meta({ id: "DockerfileSource", description: "A Dockerfile and its build context." });

const repositoryPath = z
  .string()
  .regex(
    /^(?!\/)(?!(.*\/)?\.\.(\/|$))[^\p{Cc}]+$/u,
    "must be a path inside the repository, such as deploy/web",
  );

const git = z
  .strictObject({
    url: z
      .string()
      .regex(
        /^(https?:\/\/[^\s\p{Cc}#?]+\.git|(git|ssh):\/\/[^\s\p{Cc}#?]+|[\w.-]+@[\w.-]+:[^\s\p{Cc}#?]+)$/u,
        "must be a repository that the builder can clone: https://….git (the builder takes what does not end in .git for a file), ssh://…, git://… or git@host:path",
      )
      .refine(
        (url) => !/^(https?|git):\/\/[^/]*@/.test(url),
        "must not hold a user or password, which would stand in the state (give the token as the secret GIT_AUTH_TOKEN)",
      )
      .describe("URL of the repository, as the builder reaches it."),
    commit: z
      .string()
      .regex(
        /^[0-9a-f]{40}$/,
        "must be a full commit of 40 hex digits: branches and tags move (git rev-parse BRANCH tells it)",
      )
      .describe("Commit to build, in full."),
    path: repositoryPath
      .optional()
      .describe("Folder of the repository that is the build context. Default: all of it."),
    file: repositoryPath
      .optional()
      .describe("Dockerfile, relative to the context. Default: Dockerfile."),
    ...buildOptions,
  })
  .meta({
    id: "GitSource",
    description:
      "A Dockerfile in a commit of a git repository, cloned by the builder; a private one by ssh, or by a secret GIT_AUTH_TOKEN.",
  });

const disk = z
  .strictObject({
    path: relativePath.describe(
      "The image of a disk, relative to the project: raw, qcow2 or a fixed VHD.",
    ),
    sha256: z
      .string()
      .regex(/^[0-9a-f]{64}$/, "must be 64 lower-case hex digits")
      .optional()
      .describe("What the file must hash to, such as its publisher says."),
    partition: z
      .int()
      .min(1)
      .max(1024)
      .optional()
      .describe("Number of the partition. Default: the only one with an ext2, ext3 or ext4."),
  })
  .meta({
    id: "DiskSource",
    description:
      "The files of a machine's disk, whose ext2, ext3 or ext4 is read without mounting it.",
  });

/** Where a root filesystem comes from. */
export const rootfsSourceSchema = z
  .strictObject({
    dockerfile: dockerfile.optional().describe("Build a Dockerfile."),
    git: git.optional().describe("Build a Dockerfile of a git repository, at a commit."),
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
    disk: disk.optional().describe("The disk of a machine, such as a cloud image."),
  })
  .meta({ id: "RootfsSource", description: "Where the root filesystem comes from; exactly one." });
export type RootfsSource = z.output<typeof rootfsSourceSchema>;

/** What was seen of the files and images that the inputs name. */
export const observedSchema = z
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
    source: hash.optional().describe("Content of the archive, folder or disk."),
    files: z.array(hash).optional().describe("Content of the files named by files[].source."),
  })
  .meta({
    id: "ObservedSource",
    description: "Hashes of what the inputs name, taken when they are checked.",
  });

/** Inputs of Rootfs. */
