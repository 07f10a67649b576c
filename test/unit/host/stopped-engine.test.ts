import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { containerRunner } from "../../../provider/host/container-runner.ts";
import { engineAnswers } from "../../../provider/host/docker.ts";
import { parseEngine } from "../../../provider/host/engine.ts";
import { fakeClient } from "./fake-client.ts";

let client: Awaited<ReturnType<typeof fakeClient>>;
beforeEach(async () => {
  client = await fakeClient();
  await client.answer(`echo "$*" >> ${client.folder}/asked\nexec sleep 600`);
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "Date"] });
});
afterEach(() => client.dispose());

/** Waits until the client of an engine that never answers was asked something. */
async function asked(what: RegExp): Promise<void> {
  while (!what.test(await readFile(join(client.folder, "asked"), "utf8").catch(() => "")))
    await delay(5);
}

test("an engine that never answers is one that does not answer", async () => {
  const answers = engineAnswers();
  await asked(/^version/);
  await vi.advanceTimersByTimeAsync(10_000);
  expect(await answers).toBe(false);
});

test("a step that is stopped while the engine does not answer fails after 30 s, and ends nothing else", async () => {
  const openToolbox = async () => ({ tag: "toolbox", imageId: "sha256:0" });
  const world = { engine: parseEngine("{}"), openToolbox, storeRoot: client.folder };
  const stop = new AbortController();
  const step = { tool: "true", args: [], purpose: "to test", package: "coreutils" };
  const run = containerRunner(world).run(step, { signal: stop.signal });
  const failed = expect(run).rejects.toThrow(/did not end within 30 s\n\(docker rm --force/);
  await asked(/^run/);
  stop.abort(new Error("interrupted"));
  await asked(/^rm/m);
  await vi.advanceTimersByTimeAsync(30_000);
  await failed;
});
