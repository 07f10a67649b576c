import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { openContext } from "../../../provider/lifecycle/open-context.ts";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "bootwright-test-"));
  const client = join(folder, "docker");
  await writeFile(client, "#!/bin/sh\nexec sleep 600\n", { mode: 0o755 });
  vi.stubEnv("BOOTWRIGHT_DOCKER", client);
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await rm(folder, { recursive: true });
});

test("who is stopped does not wait for an engine, or for a toolbox that is being built", async () => {
  const stop = new AbortController();
  const ctx = await openContext({
    owner: { urn: "urn", project: "p", stack: "dev", name: "web" },
    signal: stop.signal,
    log: { progress: () => {}, info: () => {}, warn: () => {} },
    find: () => undefined,
    storeRoot: join(folder, "store"),
  });
  const identity = ctx.runner.identity(["mtools"]);
  stop.abort(new Error("interrupted"));
  await expect(identity).rejects.toThrow("interrupted");
});
