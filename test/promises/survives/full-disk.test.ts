import { chmod, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import { afterAll, beforeAll, expect, test } from "vitest";
import { asRoot } from "../../../bin/setup/root.ts";
import { dockerClient } from "../../../provider/host/docker.ts";
import type { Project, Run } from "../project.ts";
import { errorsOf } from "./diagnostics.ts";
import { survivor } from "./fixture.ts";
import { fileDigest, stillRunning, storeProblems } from "./remains.ts";

const stores: string[] = [];
let folder: string;
let undisturbed: Project;
let expected: Awaited<ReturnType<typeof results>>;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "bootwright-full-"));
  undisturbed = await survivor({});
  expected = await results(await undisturbed.up());
});
afterAll(async () => {
  await undisturbed?.dispose();
  for (const store of stores) await asRootRun("umount", store);
  await rm(folder, { recursive: true, force: true });
});

async function asRootRun(command: string, ...args: string[]): Promise<void> {
  const [program = "", ...rest] = await asRoot([command, ...args]);
  await execa(program, rest);
}

/** A filesystem of its own for a store. */
async function smallDisk(name: string): Promise<string> {
  const store = join(folder, name, "store");
  await mkdir(store, { recursive: true });
  await asRootRun("mount", "-t", "tmpfs", "-o", "size=256m,mode=0777", "tmpfs", store);
  stores.push(store);
  return store;
}

/** A docker client that fills the store's disk, but for some MiB, before it first runs what has a word among its arguments. */
async function fillingDocker(store: string, word: string, leftMiB: number): Promise<string> {
  const path = join(store, "..", "docker");
  const filler = join(store, "filler");
  const script = `#!/bin/sh
case " $* " in *" ${word} "*)
  if [ ! -e '${filler}' ]; then
    free=$(df --output=avail --block-size=1M '${store}' | tail -1)
    head -c $(((free - ${leftMiB}) * 1048576)) /dev/zero > '${filler}'
  fi ;;
esac
exec '${dockerClient()}' "$@"
`;
  await writeFile(path, script);
  await chmod(path, 0o755);
  return path;
}

async function results({ outputs }: Run) {
  const { path, qcow2Path, ...digests } = outputs;
  return {
    ...digests,
    diskBytes: await fileDigest(String(path)),
    qcow2Bytes: await fileDigest(String(qcow2Path)),
  };
}

test.each([
  ["the builder exports the layers", "build", 4],
  ["a filesystem and a disk are written", "syslinux", 6],
  ["a tool converts the disk", "convert", 1],
])(
  "a disk that is full when %s is one error with the fix, keeps nothing that is half-done, and stops nothing once there is room",
  async (_, word, leftMiB) => {
    const store = await smallDisk(word);
    const docker = await fillingDocker(store, word, leftMiB);
    const project = await survivor({ BOOTWRIGHT_STORE: store, BOOTWRIGHT_DOCKER: docker });
    const seen = Object.values(errorsOf(await project.failingUp()));
    expect(seen).toHaveLength(1);
    expect(seen[0]).toContain(`error: The disk is full: `);
    expect(seen[0]).toContain(`(make room for the store ${store} (`);
    expect(seen[0]).toMatch(
      / MB are free now\), or set BOOTWRIGHT_STORE to a folder on a larger disk, and run pulumi up again; nothing unfinished was kept\)$/,
    );
    expect(await storeProblems(store)).toEqual([]);
    expect(await stillRunning(store)).toEqual([]);
    await writeFile(join(store, "filler"), "");
    expect(await results(await project.up())).toEqual(expected);
    expect(await storeProblems(store)).toEqual([]);
    await project.dispose();
  },
);
