import { chmod, mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import { afterEach, beforeEach, expect, test } from "vitest";
import { dockerClient } from "../../../provider/host/docker.ts";
import { openRunner } from "../../../provider/host/open-runner.ts";
import type { Runner, ToolStep } from "../../../provider/host/tool.ts";
import { openToolbox } from "../../../provider/host/toolbox.ts";
import { containersOf } from "./containers.ts";

let storeRoot: string;
let stage: string;
let runner: Runner;
beforeEach(async () => {
  storeRoot = await mkdtemp(join(tmpdir(), "bootwright-store-"));
  await chmod(storeRoot, 0o755);
  stage = await mkdtemp(join(storeRoot, "stage-"));
  runner = await openRunner({ storeRoot });
});
afterEach(async () => {
  expect(await containersOf(storeRoot)).toEqual([]);
  await rm(storeRoot, { recursive: true, force: true });
});

const step = (tool: string, ...args: string[]): ToolStep => ({
  ...{ tool, args, writes: stage, purpose: "to test the runner", package: "coreutils" },
});
const bash = (script: string) => step("bash", "-euc", script);

test("a step has no capability, cannot gain one, is not root and sees no network", async () => {
  const status = await runner.run(step("cat", "/proc/self/status"));
  for (const set of ["CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb"])
    expect(status).toMatch(new RegExp(`^${set}:\\s0{16}$`, "m"));
  expect(status).toMatch(/^NoNewPrivs:\s1$/m);
  expect(status).not.toMatch(/^[UG]id:.*\b0\b/m);
  expect((await runner.run(step("ls", "/sys/class/net"))).trim()).toBe("lo");
});

test("the engine says the same of the step's container, and that it has no device and two mounts", async () => {
  const running = await runner.start(step("sleep", "1000"));
  try {
    const [name = ""] = await untilThere(() => containersOf(storeRoot));
    const { stdout } = await execa(dockerClient(), ["inspect", name]);
    const [container] = JSON.parse(stdout);
    expect(container.HostConfig).toMatchObject({
      ...{ AutoRemove: true, CapAdd: null, CapDrop: ["ALL"], Devices: [], NetworkMode: "none" },
      ...{ Privileged: false, ReadonlyRootfs: true, SecurityOpt: ["no-new-privileges"] },
    });
    const mounts = container.Mounts.map((m: { Source: string; RW: boolean }) => [m.Source, m.RW]);
    expect(mounts.sort()).toEqual([
      [storeRoot, false],
      [stage, true],
    ]);
    expect(container.Config.User).not.toMatch(/^(0|root|)(:|$)/);
  } finally {
    await running.stop();
  }
});

test("a step writes to its stage and nowhere else, and what it wrote belongs to the caller", async () => {
  await writeFile(join(storeRoot, "object"), "content", { mode: 0o444 });
  const text = await runner.run(bash(`cat ${storeRoot}/object; echo result > result; pwd`));
  expect(text).toBe(`content${stage}\n`);
  expect(await readFile(join(stage, "result"), "utf8")).toBe("result\n");
  expect((await stat(join(stage, "result"))).uid).toBe(process.getuid?.());
  expect((await stat(stage)).uid).toBe(process.getuid?.());
  for (const place of [`${storeRoot}/new`, `${storeRoot}/object`, "/etc/new", "/new"])
    await expect(runner.run(bash(`echo x > ${place}`))).rejects.toThrow(
      /Read-only file system|Permission denied/,
    );
});

test("a step may change what the caller put into its stage", async () => {
  await writeFile(join(stage, "disk"), "before");
  await runner.run(bash("echo after > disk"));
  expect(await readFile(join(stage, "disk"), "utf8")).toBe("after\n");
});

test("a step sees nothing of the caller's environment", async () => {
  process.env.SECRET_OF_THE_TEST = "secret";
  const lines = (await runner.run(step("env"))).split("\n");
  delete process.env.SECRET_OF_THE_TEST;
  expect(lines).toContain("TZ=UTC");
  expect(lines).toContain("LC_ALL=C.UTF-8");
  expect(lines.join()).not.toContain("secret");
});

test("a tool that fails is reported with its command, exit code and last lines", async () => {
  await expect(runner.run(bash("seq 1 30 >&2; echo 'not this'; exit 3"))).rejects.toMatchObject({
    name: "ToolError",
    message: expect.stringMatching(
      /^bash failed with exit code 3: bash -euc 'seq 1 30 .*\n\(it was .*\)\n11\n12\n.*\n30$/s,
    ),
  });
});

test("a tool that the toolbox lacks is reported with its package", async () => {
  await expect(
    runner.run({ ...step("no-such-tool"), package: "no-such-package" }),
  ).rejects.toMatchObject({
    name: "MissingToolError",
    hint: expect.stringContaining("no-such-package"),
  });
});

test.each([0, 1, 30, 300, 1000])("aborted after %d ms, a step leaves no container", async (ms) => {
  await runner.run(step("true"));
  const stop = new AbortController();
  const timer = setTimeout(() => stop.abort(new Error("stopped by the test")), ms);
  const running = runner.run(bash("sleep 1000 & sleep 1000"), { signal: stop.signal });
  await expect(running).rejects.toThrow("stopped by the test");
  clearTimeout(timer);
  expect(await containersOf(storeRoot)).toEqual([]);
});

test("a long line of output and binary bytes arrive whole", async () => {
  const text = await runner.run(bash("head -c 3000000 /dev/zero | tr '\\0' x"));
  expect(text.length).toBe(3_000_000);
  expect(new Set(text)).toEqual(new Set("x"));
});

test("a running tool talks through its streams, and another reaches its ports", async () => {
  const echo = await runner.start(step("socat", "TCP4-LISTEN:7,reuseaddr,fork", "EXEC:cat"));
  try {
    const answer = await untilThere(async () => {
      const client = echo.beside(step("socat", "-", "TCP4:127.0.0.1:7"));
      client.stderr.resume();
      client.stdin.end("hello");
      const text = (await client.stdout.toArray()).join("");
      return text === "" ? [] : [text];
    });
    expect(answer).toEqual(["hello"]);
  } finally {
    await echo.stop();
  }
  expect(await echo.ended).toEqual({ exitCode: expect.any(Number) });
});

test("stopping what runs beside a tool ends its processes and not the tool", async () => {
  const main = await runner.start(step("sleep", "1000"));
  try {
    await untilThere(() => containersOf(storeRoot));
    const count = async () => {
      const ps = main.beside(bash("cat /proc/[0-9]*/stat | grep -c '(tail) [^Z]' || true"));
      return Number((await ps.stdout.toArray()).join(""));
    };
    const other = main.beside(bash("tail -f /dev/null & tail -f /dev/null"));
    await untilThere(async () => ((await count()) === 2 ? [2] : []));
    await other.stop();
    expect(await count()).toBe(0);
    expect(await containersOf(storeRoot)).toHaveLength(1);
  } finally {
    await main.stop();
  }
});

test("the identity of tools is that of dpkg's versions inside the image", async () => {
  const { tag } = await openToolbox();
  const query = ["run", "--rm", "--network", "none", tag, "dpkg-query", "-W", "mtools", "socat"];
  const { stdout } = await execa(dockerClient(), query);
  const lines = JSON.stringify(stdout.replaceAll("\t", " ").split("\n").sort());
  const sum = await execa({ input: lines })`sha256sum`;
  expect(await runner.identity(["socat", "mtools"])).toBe(`sha256:${sum.stdout.slice(0, 64)}`);
});

/** Asks until there is an answer; the test's own time limit ends it otherwise. */
async function untilThere<T>(ask: () => Promise<T[]>): Promise<T[]> {
  for (;;) {
    const found = await ask();
    if (found.length > 0) return found;
  }
}
