import { mkdtemp, open, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { EarlySync } from "../../../provider/store/early-sync.ts";

const muchBytes = 2 ** 30;

test("what an early sync could not write ends the step, though the sync at the end may not hear of it", async () => {
  const folder = await mkdtemp(join(tmpdir(), "bootwright-sync-"));
  try {
    const file = await open(join(folder, "disk"), "w");
    const sync = new EarlySync(file);
    sync.written(1);
    await expect(sync.settled()).resolves.toBeUndefined();
    sync.written(muchBytes);
    await expect(sync.settled()).resolves.toBeUndefined();
    await file.close();
    sync.written(2 * muchBytes);
    await expect(sync.settled()).rejects.toThrow("closed");
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});
