import { chmod, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { Rootfs } from "../../../provider/flow/collect/rootfs.ts";
import { observeRootfs } from "../../../provider/image/observe.ts";
import type { Resource } from "../../../provider/resource.ts";

let cwd: string;
const { BOOTWRIGHT_DOCKER } = process.env;
const source = { dockerfile: { context: "." } };

beforeEach(async () => {
  cwd = await mkdtemp(join(tmpdir(), "bootwright-test-"));
  await writeFile(join(cwd, "Dockerfile"), "FROM debian:12\nCOPY --from=tools:1 /x /x\n");
  await mkdir(join(cwd, "bin"));
  process.env.BOOTWRIGHT_DOCKER = join(cwd, "bin", "docker");
});
afterEach(async () => {
  if (BOOTWRIGHT_DOCKER === undefined) delete process.env.BOOTWRIGHT_DOCKER;
  else process.env.BOOTWRIGHT_DOCKER = BOOTWRIGHT_DOCKER;
  await rm(cwd, { recursive: true, force: true });
});

/** An engine that has these images. */
async function engine(images: Record<string, string>): Promise<void> {
  const cases = Object.entries(images).map(([name, id]) => `${name}) echo ${id};;`);
  const script = `#!/bin/sh\nfor last; do :; done\ncase $last in ${cases.join(" ")} *) exit 1;; esac\n`;
  await writeFile(join(cwd, "bin", "docker"), script);
  await chmod(join(cwd, "bin", "docker"), 0o755);
  await writeFile(join(cwd, ".dockerignore"), "bin");
}

const bases = async (previous?: string[]) =>
  (await observeRootfs({ source, files: [] }, cwd, { baseImages: previous })).observed.baseImages;

test("base images are those that the engine has, by name", async () => {
  await engine({ "debian:12": "sha256:aa", "tools:1": "sha256:bb" });
  expect(await bases()).toEqual(["debian:12 sha256:aa", "tools:1 sha256:bb"]);
});

test("a base image that the engine lost is no change, one that it renewed is", async () => {
  const before = ["debian:12 sha256:aa", "tools:1 sha256:bb"];
  await engine({ "debian:12": "sha256:cc" });
  expect(await bases(before)).toEqual(["debian:12 sha256:cc", "tools:1 sha256:bb"]);
});

test("an engine that does not answer changes nothing", async () => {
  expect(await bases(["debian:12 sha256:aa"])).toEqual(["debian:12 sha256:aa"]);
  const image = { source: { image: "web:1" }, files: [] };
  const { observed } = await observeRootfs(image, cwd, { image: "web:1 sha256:aa" });
  expect(observed).toEqual({ image: "web:1 sha256:aa" });
});

test("what ignoreChanges puts among the inputs stays there", async () => {
  const observe = (Rootfs as unknown as Resource).observe;
  const hash = `sha256:${"0".repeat(64)}`;
  const given = { source, files: [], observed: { context: hash } };
  const found = (await observe?.(given as never, { cwd } as never)) as typeof given;
  expect(found.observed.context).toBe(hash);
  expect(Object.keys(found.observed).sort()).toEqual(["baseImages", "context", "dockerfile"]);
});
