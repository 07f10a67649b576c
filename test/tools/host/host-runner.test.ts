import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import { afterEach, beforeEach, expect, test } from "vitest";
import { hostRunner } from "../../../provider/host/host-runner.ts";
import type { ToolStep } from "../../../provider/host/tool.ts";

let storeRoot: string;
beforeEach(async () => {
  storeRoot = await mkdtemp(join(tmpdir(), "bootwright-store-"));
});
afterEach(() => rm(storeRoot, { recursive: true, force: true }));

const step = (tool: string, ...args: string[]): ToolStep => ({
  ...{ tool, args, writes: storeRoot, purpose: "to test the runner", package: "coreutils" },
});

test("a step runs in its stage and sees nothing of the caller's environment but PATH", async () => {
  process.env.SECRET_OF_THE_TEST = "secret";
  const text = await hostRunner(storeRoot).run(step("bash", "-c", "pwd; env -u PATH"));
  delete process.env.SECRET_OF_THE_TEST;
  expect(
    text
      .split("\n")
      .filter((line) => !/^(_|SHLVL)=/.test(line))
      .sort(),
  ).toEqual([
    ...["", storeRoot, "HOME=/tmp", "LC_ALL=C.UTF-8", "MTOOLS_SKIP_CHECK=1"],
    ...[`PWD=${storeRoot}`, "SOURCE_DATE_EPOCH=1735689600", "TZ=UTC"],
  ]);
});

test("a tool that ends before anybody reads is still heard", async () => {
  const running = await hostRunner(storeRoot).start(step("echo", "hello"));
  await running.ended;
  expect((await running.stdout.toArray()).join("")).toBe("hello\n");
});

test("aborted, a step and all that it started end", async () => {
  const stop = new AbortController();
  const runner = hostRunner(storeRoot);
  const script = "sleep 1000 & echo $$ >&2; sleep 1000";
  let leader = "";
  const running = runner.run(step("bash", "-c", script), {
    signal: stop.signal,
    onLine: (line) => {
      leader = line;
      stop.abort(new Error("stopped by the test"));
    },
  });
  await expect(running).rejects.toThrow("stopped by the test");
  const group = await execa({ reject: false })`pgrep --pgroup ${leader} --runstates R,S,D`;
  expect(group.stdout).toBe("");
  expect(await readdir(join(storeRoot, "running"))).toEqual([]);
});

test("a step that cannot be noted in the store does not go on without anybody", async () => {
  await writeFile(join(storeRoot, "running"), "no folder");
  // Its arguments name the store.
  const script = `sleep 1000; : ${storeRoot}`;
  const starting = hostRunner(storeRoot).start(step("bash", "-c", script));
  await expect(starting).rejects.toThrow("EEXIST");
  const { stdout } = await execa({ reject: false })`pgrep --full ${storeRoot}`;
  expect(stdout).toBe("");
});

test("failures are those of the container, and name the toolbox as a way out", async () => {
  const runner = hostRunner(storeRoot);
  await expect(runner.run(step("bash", "-c", "echo why >&2; exit 2"))).rejects.toMatchObject({
    name: "ToolError",
    message: expect.stringMatching(
      /^bash failed with exit code 2: bash -c 'echo why >&2; exit 2'\n\(it was run to test the runner\)\nwhy\n/,
    ),
    hint: expect.stringContaining("leave BOOTWRIGHT_RUNNER unset"),
  });
  await expect(runner.run(step("no-such-tool"))).rejects.toMatchObject({
    name: "MissingToolError",
    hint: "apt-get install coreutils",
  });
});

test("the identity of tools is that of dpkg's versions on this machine", async () => {
  const { stdout } = await execa`dpkg-query -W -f \${Version} coreutils`;
  expect(await hostRunner(storeRoot).identity(["coreutils", "no-such-package"])).toBe(
    `host: coreutils ${stdout}, no-such-package none`,
  );
});
