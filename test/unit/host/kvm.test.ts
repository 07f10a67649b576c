import { mkdir, mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test, vi } from "vitest";
import { hostRunner } from "../../../provider/host/host-runner.ts";
import { kvmWorks } from "../../../provider/host/kvm.ts";

test("a machine without QEMU notes nothing of KVM, so that it is tried once QEMU is there", async () => {
  const storeRoot = await mkdtemp(join(tmpdir(), "bootwright-test-"));
  await mkdir(join(storeRoot, "tools"));
  vi.stubEnv("PATH", storeRoot);
  expect(await kvmWorks(hostRunner(storeRoot), { storeRoot, folder: storeRoot })).toBe(false);
  vi.unstubAllEnvs();
  expect(await readdir(join(storeRoot, "tools"))).toEqual([]);
  await rm(storeRoot, { recursive: true });
});
