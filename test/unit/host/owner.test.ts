import { spawn } from "node:child_process";
import { once } from "node:events";
import { expect, test } from "vitest";
import { ownerIsGone, processOwner } from "../../../provider/host/owner.ts";

test("this process is not gone", async () => {
  expect(await ownerIsGone(await processOwner())).toBe(false);
});

test("a process that has ended is gone", async () => {
  const child = spawn("sleep", ["1000"]);
  await once(child, "spawn");
  const owner = await processOwner(child.pid);
  expect(await ownerIsGone(owner)).toBe(false);
  child.kill("SIGKILL");
  await once(child, "exit");
  expect(await ownerIsGone(owner)).toBe(true);
});

test("a process that had ended before anybody asked who it was is gone", async () => {
  const largest = 2 ** 22;
  expect(await ownerIsGone(await processOwner(largest + 1))).toBe(true);
});

test("a process that only has the number of another is not that other", async () => {
  const parts = (await processOwner()).split("/");
  expect(await ownerIsGone([...parts.slice(0, 3), "1"].join("/"))).toBe(true);
});

test.each(["other-boot/4026531836/1/1", "", "nonsense"])(
  "of an owner of another machine (%j) nothing is concluded",
  async (owner) => {
    expect(await ownerIsGone(owner)).toBe(false);
  },
);
