import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PassThrough } from "node:stream";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { BootJob } from "../../../provider/host/boot-job.ts";
import type { Runner, RunningTool } from "../../../provider/host/tool.ts";
import { boot } from "../../../provider/host/virtual-machine.ts";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "bootwright-test-"));
});
afterEach(() => rm(folder, { recursive: true }));

/** A process that says nothing; what runs beside it is another one. */
function silent() {
  let end: (how: { exitCode: number }) => void = () => {};
  const ended = new Promise<{ exitCode: number }>((resolve) => {
    end = resolve;
  });
  const [stdin, stdout, stderr] = [new PassThrough(), new PassThrough(), new PassThrough()];
  const finish = (last = "") => {
    end({ exitCode: 0 });
    // What a process said last comes when it has ended.
    setImmediate(() => {
      stdout.end(last);
      stderr.end();
    });
  };
  const beside: RunningTool["beside"] = silent;
  return { stdin, stdout, stderr, ended, beside, finish, stop: async () => finish() };
}

function bootJob(more: Partial<BootJob> = {}): BootJob {
  return {
    machine: { accelerator: "tcg", memoryMiB: 64, cpus: 1 },
    ...{ keys: [], expect: { serial: ["login:"], http: [], tcp: [] }, timeoutSeconds: 60 },
    ...{ folder, logFile: join(folder, "log"), progress: () => {} },
    signal: new AbortController().signal,
    ...more,
  };
}

function runnerOf(machine: RunningTool): Runner {
  const notAsked = () => Promise.reject(new Error("only starts machines"));
  return { kind: "container", run: notAsked, identity: notAsked, start: async () => machine };
}

test("a log that cannot be written fails the boot test with the reason", async () => {
  const machine = silent();
  machine.stdout.write("Linux version 6\n");
  const booting = boot(runnerOf(machine), bootJob({ logFile: "/dev/full" }));
  await expect(booting).rejects.toThrow("ENOSPC: no space left on device, write");
});

test("what a machine says while it is ended is in its log", async () => {
  const machine = silent();
  const stop = async () => machine.finish("shutting down\n");
  machine.stdout.write("login: ");
  await boot(runnerOf({ ...machine, stop }), bootJob());
  expect(await readFile(join(folder, "log"), "utf8")).toBe("login: shutting down\n");
});

test("a machine whose monitor never answers is ended when its time is over", async () => {
  const machine = silent();
  machine.stdout.write("menu");
  const keys = [{ after: "menu", press: ["ret"] }];
  const booting = boot(runnerOf(machine), bootJob({ keys, timeoutSeconds: 0.2 }));
  await expect(booting).rejects.toThrow('No "login:" on the serial console within 0.2 s');
});
