import { existsSync } from "node:fs";
import { chmod, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { removeContainer } from "../../../provider/host/docker.ts";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "bootwright-test-"));
  vi.stubEnv("BOOTWRIGHT_DOCKER", join(folder, "docker"));
});
afterEach(async () => {
  vi.useRealTimers();
  vi.unstubAllEnvs();
  await rm(folder, { recursive: true });
});

/** A client of an engine that answers as a script says. */
async function engine(script: string): Promise<void> {
  const file = join(folder, "docker");
  await writeFile(file, `#!/bin/sh\n${script}\n`);
  await chmod(file, 0o755);
}

test("a container that is gone is removed", async () => {
  await engine('test "$1" = rm');
  await expect(removeContainer("gone")).resolves.toBeUndefined();
});

test.each([
  ["rm", "asked; sleep 600"],
  ["inspect", 'test "$1" = rm || { asked; sleep 600; }'],
])("an engine that never answers %s is waited for 30 s, and then named", async (_, script) => {
  const asked = join(folder, "asked");
  await engine(`asked() { echo > "${asked}"; }\n${script}`);
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "Date"] });
  const removed = expect(removeContainer("lost")).rejects.toThrow(
    "The container lost did not end within 30 s",
  );
  while (!existsSync(asked)) await delay(5);
  await vi.advanceTimersByTimeAsync(30_000);
  await removed;
});
