import { copyFile, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PassThrough } from "node:stream";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { Steps } from "../../../provider/host/container-runner.ts";
import { parseEngine } from "../../../provider/host/engine.ts";
import { forgetProbe, probeOnce } from "../../../provider/host/probe-once.ts";
import type { RunningTool, ToolStep } from "../../../provider/host/tool.ts";

const engine = parseEngine('{"Name":"box","DockerRootDir":"/var/lib/docker"}');
const work: ToolStep = { tool: "work", args: [], purpose: "to test", package: "coreutils" };
let storeRoot = "";
let looks = 0;
/** What the engine of these tests does. */
let world = { isShared: true, fails: false };

beforeEach(async () => {
  storeRoot = await mkdtemp(join(tmpdir(), "bootwright-probe-"));
  [looks, world] = [0, { isShared: true, fails: false }];
});
afterEach(() => rm(storeRoot, { recursive: true, force: true }));

/** Copies when a probe asks for it, as a container would that shares the store or does not. */
const steps: Steps = {
  kind: "container",
  run: async ({ tool, args: [from = "", to = ""] }) => {
    if (tool === "cp") {
      looks++;
      if (!world.isShared) throw new Error("bind source path does not exist");
      await copyFile(from, to);
    } else if (world.fails) throw new Error("the tool failed");
    return "";
  },
  start: async () => {
    let end: (how: { exitCode: number }) => void = () => {};
    const ended = new Promise<{ exitCode: number }>((resolve) => {
      end = resolve;
    });
    const [stdin, stdout, stderr] = [new PassThrough(), new PassThrough(), new PassThrough()];
    if (world.fails) end({ exitCode: 1 });
    const stop = async () => end({ exitCode: 137 });
    const beside = (): RunningTool => running;
    const running = { stdin, stdout, stderr, ended, stop, beside };
    return running;
  },
};

const open = (change: Partial<Parameters<typeof probeOnce>[1]> = {}) =>
  probeOnce(steps, { storeRoot, engine, client: "docker", ...change });

test("that containers use the store is looked at once, and is known to the next process", async () => {
  await (await open()).run(work);
  await (await open()).run(work);
  expect(looks).toBe(1);
});

test("an engine that says something else of itself is looked at anew", async () => {
  await open();
  await open({ engine: { ...engine, rootless: true } });
  expect(looks).toBe(2);
});

test("what was noted is looked at again when it is told to be forgotten", async () => {
  await open();
  await forgetProbe(storeRoot);
  await open();
  expect(looks).toBe(2);
});

test("a store that is no longer shared explains the first step that fails, and the next process looks too", async () => {
  await open();
  world = { isShared: false, fails: true };
  await expect((await open()).run(work)).rejects.toThrow(
    /Containers cannot use the store .*does not share it/,
  );
  await expect(open()).rejects.toThrow("Containers cannot use the store");
});

test("a step that fails for a reason of its own says that, and looks once", async () => {
  await open();
  world = { isShared: true, fails: true };
  const runner = await open();
  await expect(runner.run(work)).rejects.toThrow("the tool failed");
  await expect(runner.run(work)).rejects.toThrow("the tool failed");
  await open();
  expect(looks).toBe(2);
});

test("a step that was stopped looks at nothing", async () => {
  await open();
  world = { isShared: true, fails: true };
  const signal = AbortSignal.abort();
  await expect((await open()).run(work, { signal })).rejects.toThrow("the tool failed");
  expect(looks).toBe(1);
});

test("a tool whose streams are read makes the next look a new one when it fails, and not when it is stopped", async () => {
  await open();
  const stopped = await (await open()).start(work);
  await stopped.stop();
  await stopped.ended;
  await open();
  expect(looks).toBe(1);
  world = { isShared: true, fails: true };
  await (await (await open()).start(work)).ended;
  await expect.poll(() => open().then(() => looks)).toBe(2);
});
