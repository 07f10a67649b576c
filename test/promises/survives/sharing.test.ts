import { chmod, mkdtemp, open, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import { afterAll, beforeAll, expect, test } from "vitest";
import { dockerClient } from "../../../provider/host/docker.ts";
import { watchDocker } from "../docker-client.ts";
import { makeProject, type Project, type Run } from "../project.ts";
import { errorsOf } from "./diagnostics.ts";
import { imageFiles, program, survivor } from "./fixture.ts";
import { fileDigest, stillRunning, storeProblems } from "./remains.ts";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "bootwright-sharing-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function results({ outputs }: Run) {
  const { path, qcow2Path, ...digests } = outputs;
  return {
    ...digests,
    diskBytes: await fileDigest(String(path)),
    qcow2Bytes: await fileDigest(String(qcow2Path)),
  };
}

test("two ups at once on two stacks that share a store make each artefact once, and the same", async () => {
  const docker = await watchDocker();
  const env = { BOOTWRIGHT_DOCKER: docker.path };
  const both = program({ boots: false });
  const one = await makeProject(both, imageFiles, env);
  const other = await makeProject(
    both,
    imageFiles,
    { ...env, BOOTWRIGHT_STORE: one.store },
    "other",
  );
  const [first, second] = await Promise.all([one.up(), other.up()]);
  expect(await results(second)).toEqual(await results(first));
  const calls = await docker.calls();
  const count = (pattern: RegExp) => calls.filter((call) => pattern.test(call)).length;
  expect({
    builds: count(/^buildx build /),
    bootLoaders: count(/^(container )?run .* syslinux /),
    conversions: count(/^(container )?run .* qemu-img convert /),
  }).toEqual({ builds: 1, bootLoaders: 1, conversions: 1 });
  expect(await storeProblems(one.store)).toEqual([]);
  expect(await stillRunning(one.store)).toEqual([]);
  for (const project of [one, other]) await project.dispose();
  await docker.dispose();
});

test("a file that changes while the image is built fails the build, which is not kept; the next up builds what is there", async () => {
  const client = join(folder, "docker");
  const project = await survivor({ BOOTWRIGHT_DOCKER: client });
  const changed = join(project.folder, "image", "site", "index.html");
  const script = `#!/bin/sh
'${dockerClient()}' "$@" || exit
if [ "$1 $2" = "buildx build" ] && [ ! -e '${client}.done' ]; then
  touch '${client}.done'
  echo changed > '${changed}'
fi
`;
  await writeFile(client, script);
  await chmod(client, 0o755);
  expect(errorsOf(await project.failingUp())).toEqual({
    "web-rootfs":
      "error: source: its context changed while it was being built\n(run pulumi up again)",
  });
  expect(await readFile(changed, "utf8")).toBe("changed\n");
  expect(await storeProblems(project.store)).toEqual([]);
  const undisturbed = await survivor({});
  await undisturbed.write("image/site/index.html", "changed\n");
  expect(await results(await project.up())).toEqual(await results(await undisturbed.up()));
  for (const one of [project, undisturbed]) await one.dispose();
});

const kinds = ["layer", "tree", "ext4", "disk", "file"] as const;

/** The largest object of a kind. */
async function largest(project: Project, kind: (typeof kinds)[number]): Promise<string> {
  const place = kind === "layer" ? "oci/blobs/sha256" : `objects/${kind}`;
  const found = await readdir(join(project.store, place), { recursive: true, withFileTypes: true });
  const files = found.filter((entry) => entry.isFile());
  const sized = await Promise.all(
    files.map(async ({ parentPath, name }) => {
      const path = join(parentPath, name);
      return { path, size: (await stat(path)).size };
    }),
  );
  return sized.sort((a, b) => b.size - a.size)[0]?.path ?? "";
}

/** Flips one bit in the middle and nothing else: size and times stay as they are. */
async function flipBit(path: string): Promise<void> {
  const times = join(folder, "times");
  await execa("touch", ["--reference", path, times]);
  await chmod(path, 0o644);
  const handle = await open(path, "r+");
  const middle = Math.floor((await handle.stat()).size / 2);
  const byte = Buffer.alloc(1);
  await handle.read(byte, 0, 1, middle);
  await handle.write(Buffer.from([(byte[0] ?? 0) ^ 1]), 0, 1, middle);
  await handle.close();
  await chmod(path, 0o444);
  await execa("touch", ["--reference", times, path]);
}

test("one flipped bit in a layer, a tree, a plan, a disk or a file is found by a refresh, and the next up makes the same again", async () => {
  const project = await survivor({});
  const good = await results(await project.up());
  for (const kind of kinds) {
    const path = await largest(project, kind);
    await flipBit(path);
    await project.refresh();
    expect([kind, await results(await project.up())]).toEqual([kind, good]);
    expect([kind, await storeProblems(project.store)]).toEqual([kind, []]);
  }
  await project.dispose();
});
