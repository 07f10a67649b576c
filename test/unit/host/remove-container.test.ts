import { existsSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { removeContainer } from "../../../provider/host/docker.ts";
import { fakeClient } from "./fake-client.ts";

let client: Awaited<ReturnType<typeof fakeClient>>;
beforeEach(async () => {
  client = await fakeClient();
});
afterEach(() => client.dispose());

test("a container that is gone is removed", async () => {
  await client.answer('test "$1" = rm');
  await expect(removeContainer("gone")).resolves.toBeUndefined();
});

test.each([
  ["rm", "asked; sleep 600"],
  ["inspect", 'test "$1" = rm || { asked; sleep 600; }'],
])("an engine that never answers %s is waited for 30 s, and then named", async (_, script) => {
  const asked = join(client.folder, "asked");
  await client.answer(`asked() { echo > "${asked}"; }\n${script}`);
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "Date"] });
  const removed = expect(removeContainer("lost")).rejects.toThrow(
    "The container lost did not end within 30 s",
  );
  while (!existsSync(asked)) await delay(5);
  await vi.advanceTimersByTimeAsync(30_000);
  await removed;
});
