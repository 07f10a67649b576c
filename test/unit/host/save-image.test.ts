import { chmod, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { saveImage } from "../../../provider/host/build.ts";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "bootwright-test-"));
  vi.stubEnv("BOOTWRIGHT_DOCKER", join(folder, "docker"));
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await rm(folder, { recursive: true });
});

/** What arrives of an image whose engine behaves as a script says. */
async function saved(script: string, signal = new AbortController().signal): Promise<string> {
  const client = join(folder, "docker");
  await writeFile(client, `#!/bin/sh\n${script}\n`);
  await chmod(client, 0o755);
  return Buffer.concat(await saveImage("web", signal).toArray()).toString();
}

test("an image arrives as the engine sends it", async () => {
  expect(await saved('echo "$@"')).toBe("save -- web\n");
});

test.each([
  ["begins", "echo 'no such image' >&2; exit 1"],
  ["has sent all", "echo layers; echo 'no such image' >&2; exit 1"],
  ["has closed its end", "echo layers; exec >&-; echo 'no such image' >&2; exit 1"],
])("an engine that fails before it %s is an error, and no shorter image", async (_, script) => {
  await expect(saved(script)).rejects.toThrow(/failed with exit code 1: .*\n.*\nno such image$/);
});

test("an image that is not waited for any more is an error, and no shorter image", async () => {
  const stop = new AbortController();
  const image = saved("echo layers; sleep 600", stop.signal);
  setImmediate(() => stop.abort(new Error("interrupted")));
  await expect(image).rejects.toThrow("interrupted");
});
