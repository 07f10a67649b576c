import { spawn } from "node:child_process";
import { once } from "node:events";
import { chmod, mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { execa } from "execa";
import { afterEach, beforeEach, expect, test } from "vitest";
import { runArguments } from "../../../provider/host/container-argv.ts";
import { dockerClient, removeContainer } from "../../../provider/host/docker.ts";
import { containerLabels, reap } from "../../../provider/host/reap.ts";
import { reapProcesses } from "../../../provider/host/started.ts";
import { openToolbox } from "../../../provider/host/toolbox.ts";
import { containersOf } from "./containers.ts";

let storeRoot: string;
let stage: string;
beforeEach(async () => {
  storeRoot = await mkdtemp(join(tmpdir(), "bootwright-store-"));
  await chmod(storeRoot, 0o755);
  stage = await mkdtemp(join(storeRoot, "stage-"));
});
afterEach(async () => {
  for (const name of await containersOf(storeRoot)) await removeContainer(name);
  await rm(storeRoot, { recursive: true, force: true });
});

/** A process that has started a tool which never ends. */
async function startProvider(kind: "container" | "host") {
  const script = fileURLToPath(new URL("leave-behind.ts", import.meta.url));
  const child = spawn(process.execPath, [script, storeRoot, stage], {
    env: { ...process.env, BOOTWRIGHT_RUNNER: kind },
    stdio: ["ignore", "pipe", "inherit"],
  });
  expect(String((await once(child.stdout, "data"))[0])).toBe("started\n");
  return child;
}

test("a container is left alone while its provider lives, and removed once that was killed", async () => {
  const provider = await startProvider("container");
  const left = await containersOf(storeRoot);
  expect(left).toHaveLength(1);
  expect(await reap(storeRoot)).toEqual([]);
  provider.kill("SIGKILL");
  await once(provider, "exit");
  expect(await reap(storeRoot)).toEqual(left);
  expect(await containersOf(storeRoot)).toEqual([]);
});

test("processes of the host are left alone while their provider lives, and ended once that was killed", async () => {
  const provider = await startProvider("host");
  expect(await reapProcesses(storeRoot)).toEqual([]);
  provider.kill("SIGKILL");
  await once(provider, "exit");
  const [leader = 0] = await reapProcesses(storeRoot);
  const group = await execa({ reject: false })`pgrep --pgroup ${leader} --runstates R,S,D`;
  expect(group.stdout).toBe("");
  expect(await readdir(join(storeRoot, "running"))).toEqual([]);
});

test("a container whose time is over ends by itself, and one that is said to have expired is removed", async () => {
  const { tag } = await openToolbox();
  const labels = await containerLabels(storeRoot);
  const frame = { name: "", image: tag, storeRoot, userFlags: ["--user", "65534:65534"] };
  const sleep = { tool: "sleep", args: ["1000"], purpose: "", package: "" };
  const start = (name: string, lifetimeSeconds: number, expires: number) =>
    execa({ reject: false })(
      dockerClient(),
      runArguments(
        {
          ...{ ...frame, name: `${name}-${process.pid}`, lifetimeSeconds },
          labels: { ...labels, "org.bootwright.expires": String(expires) },
        },
        sleep,
      ),
    );
  const later = Math.floor(Date.now() / 1000) + 3600;
  expect((await start("bootwright-short", 1, later)).exitCode).toBe(124);
  const expired = start("bootwright-expired", 1000, 1);
  while ((await containersOf(storeRoot)).length === 0);
  expect(await reap(storeRoot)).toEqual([`bootwright-expired-${process.pid}`]);
  expect((await expired).exitCode).toBe(137);
});
