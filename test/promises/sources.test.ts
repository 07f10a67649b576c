import { randomUUID } from "node:crypto";
import { chmod, mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { execa } from "execa";
import { afterAll, beforeAll, expect, test } from "vitest";
import { Rootfs } from "../../provider/flow/collect/rootfs.ts";
import { findStep } from "../../provider/flow/index.ts";
import { dockerClient } from "../../provider/host/docker.ts";
import { checkInputs } from "../../provider/lifecycle/check.ts";
import { put } from "../../provider/lifecycle/operate.ts";
import type { Ref } from "../../provider/plan/ref.ts";
import type { Resource } from "../../provider/resource.ts";
import { loadTree } from "../../provider/tree/object.ts";
import { readTreeFile } from "../../provider/tree/read-file.ts";
import type { Entry, Tree } from "../../provider/tree/types.ts";
import { testContext } from "../context.ts";
import { inClear } from "../recipes.ts";

const dockerfile = `FROM busybox AS base
ARG GREETING=unset
COPY . /srv/
RUN --mount=type=secret,id=from-env --mount=type=secret,id=from-file \\
    sha256sum /run/secrets/from-env /run/secrets/from-file > /etc/secret-sums
RUN echo "$GREETING" > /etc/motd && ln -s motd /etc/link && chmod 4711 /srv/kept && rm /bin/vi
FROM base AS wanted
RUN echo wanted > /etc/stage && rm -r /srv/folder && mkdir /srv/folder
FROM base
RUN echo last > /etc/stage
`;
const secrets = { SOURCES_SECRET: randomUUID(), file: randomUUID() };
// New every time: a builder knows the steps of an earlier run by their arguments, and secrets are none.
const greeting = `hello ${randomUUID()}`;
const image = `bootwright-test-sources:${randomUUID()}`;

let home: string;
let context: string;
beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), "bootwright-sources-"));
  context = join(home, "context");
  const files = {
    "context/Dockerfile": dockerfile,
    "context/.dockerignore": "Dockerfile\n.dockerignore\nleft-out\n",
    "context/kept": "kept",
    "context/left-out": "left out",
    "context/folder/inside": "in a folder",
    "context/folder/deleted": "deleted by a later layer",
    secret: secrets.file,
  };
  for (const [path, content] of Object.entries(files)) {
    await mkdir(dirname(join(home, path)), { recursive: true });
    await writeFile(join(home, path), content);
  }
  process.env.SOURCES_SECRET = secrets.SOURCES_SECRET;
  await engineBuild("--load", "--tag", image);
  await execa(dockerClient(), ["save", "--output", join(home, "saved.tar"), image]);
  await engineBuild("--output", `type=oci,dest=${join(home, "oci.tar")}`);
  await engineBuild("--output", `type=oci,tar=false,dest=${join(home, "layout")}`);
});
afterAll(async () => {
  await execa(dockerClient(), ["image", "rm", "--force", image]);
  await rm(home, { recursive: true, force: true });
});

/** What a user would type: the same stage, argument and secrets as the resource is given. */
async function engineBuild(...output: string[]): Promise<void> {
  const options = [
    "--target",
    "wanted",
    "--build-arg",
    `GREETING=${greeting}`,
    "--provenance=false",
  ];
  const given = [
    ...["--secret", "id=from-env,env=SOURCES_SECRET"],
    ...["--secret", `id=from-file,src=${join(home, "secret")}`],
  ];
  await execa(dockerClient(), ["buildx", "build", ...options, ...given, ...output, context]);
}

const fromDockerfile = () => ({
  dockerfile: {
    context,
    target: "wanted",
    buildArgs: { GREETING: greeting },
    secrets: [
      { id: "from-env", env: "SOURCES_SECRET" },
      { id: "from-file", file: join(home, "secret") },
    ],
  },
});

interface Made {
  readonly digest: string;
  readonly tree: Tree;
  text(path: string): Promise<string>;
  /** Everything that a state would hold, and every line of the log. */
  readonly said: string;
}

/** Makes a Rootfs in an empty store; `look` sees the store before it goes. */
async function rootfs<T>(
  source: Record<string, unknown>,
  look: (made: Made, store: string) => Promise<T>,
): Promise<T> {
  const ctx = await testContext({ find: findStep });
  try {
    const resource = Rootfs as unknown as Resource;
    const { inputs, problems } = await checkInputs(resource, { source }, ctx);
    expect(problems).toEqual([]);
    const outputs = await put(resource, inputs, ctx);
    const { digest } = outputs.ref as Ref;
    const tree = await loadTree(ctx.store.path("tree", digest));
    const layer = (source: string) => ctx.store.path("layer", source);
    const text = async (path: string) => String(await readTreeFile(tree, path, layer));
    const said = inClear([inputs, outputs, ctx.lines]);
    return await look({ digest, tree, text, said }, ctx.store.root);
  } finally {
    await ctx.dispose();
  }
}

const entriesOf = (tree: Tree) => tree.items.filter((item): item is Entry => item.kind === "entry");
const pathsOf = (tree: Tree) => entriesOf(tree).map((entry) => entry.path);

test("a Dockerfile is built to its target, with its arguments, without what .dockerignore names", () =>
  rootfs(fromDockerfile(), async ({ tree, text }) => {
    expect(await text("etc/stage")).toBe("wanted\n");
    expect(await text("etc/motd")).toBe(`${greeting}\n`);
    const paths = pathsOf(tree).filter((path) => /^(srv|bin\/vi$)/.test(path));
    expect(paths.sort()).toEqual(["srv", "srv/folder", "srv/kept"]);
    expect(entriesOf(tree).find((entry) => entry.path === "srv/kept")?.mode).toBe(0o4711);
  }));

test("a build reads its secrets, and their values are in no state, key, log or object", () =>
  rootfs(fromDockerfile(), async ({ text, said }, store) => {
    const sums = await text("etc/secret-sums");
    const values = Object.values(secrets);
    const expected = await Promise.all(
      values.map(async (input) => (await execa("sha256sum", { input })).stdout.split(" ")[0]),
    );
    expect(sums.split("\n").map((line) => line.split(" ")[0])).toEqual([...expected, ""]);
    for (const value of values) {
      expect(said).not.toContain(value);
      const found = await execa("grep", ["-rlF", value, store], { reject: false });
      expect([found.exitCode, found.stdout]).toEqual([1, ""]);
    }
  }));

test("one image gives one tree, whichever way its layers come", async () => {
  const ways: Record<string, Record<string, unknown>> = {
    image: { image },
    dockerArchive: { dockerArchive: join(home, "saved.tar") },
    ociArchive: { ociArchive: join(home, "oci.tar") },
    ociLayout: { ociLayout: join(home, "layout") },
  };
  const digest = await rootfs(fromDockerfile(), async (made) => made.digest);
  for (const [way, source] of Object.entries(ways))
    expect([way, await rootfs(source, async (made) => made.digest)]).toEqual([way, digest]);
});

test("a folder and a tar of it give the same entries, owned by root", async () => {
  const folder = join(home, "plain");
  await mkdir(join(folder, "etc/empty"), { recursive: true });
  await writeFile(join(folder, "etc/motd"), "hello");
  await writeFile(join(folder, "run-me"), "#!/bin/sh\n");
  await chmod(join(folder, "run-me"), 0o750);
  await symlink("etc/motd", join(folder, "link"));
  await symlink("../outside", join(folder, "etc/link"));
  for (const flag of ["", "--gzip"])
    await execa("tar", [
      "-C",
      folder,
      "-cf",
      join(home, `plain${flag}.tar`),
      ...(flag ? [flag] : []),
      "--owner=0",
      "--group=0",
      ".",
    ]);
  const entries = ({ tree }: Made) =>
    entriesOf(tree)
      .map(({ source: _source, segments: _segments, ...entry }) => entry)
      .sort((a, b) => (a.path < b.path ? -1 : 1));
  const inFolder = await rootfs({ directory: folder }, async (made) => entries(made));
  expect(inFolder.map(({ path, mode, uid, gid }) => [path, mode.toString(8), uid, gid])).toEqual([
    ["", "755", 0, 0],
    ["etc", "755", 0, 0],
    ["etc/empty", "755", 0, 0],
    ["etc/link", "777", 0, 0],
    ["etc/motd", "644", 0, 0],
    ["link", "777", 0, 0],
    ["run-me", "750", 0, 0],
  ]);
  for (const tar of ["plain.tar", "plain--gzip.tar"])
    expect(await rootfs({ tar: join(home, tar) }, async (made) => entries(made))).toEqual(inFolder);
});
