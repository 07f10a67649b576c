import { chmod, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { Readable } from "node:stream";
import { afterEach, expect, test, vi } from "vitest";
import { buildToLayout } from "../../../provider/host/build.ts";
import { inOnePlace } from "../../../provider/host/one-place.ts";
import { feed, readFrom } from "../../../provider/squashfs/streams.ts";
import { testContext } from "../../context.ts";

afterEach(() => vi.unstubAllEnvs());

const inRun = "docker: Error response from daemon: OCI runtime create failed: reset by peer";
const inExec =
  "OCI runtime exec failed: exec failed: unable to start container process: EOF: unknown";
const inBuild =
  "ERROR: failed to solve: runc run failed: unable to start container process: waiting for init preliminary setup: read init-p: connection reset by peer";

/** A docker client whose first runs, or builds, fail as an engine does that cannot set a container up. */
async function faultyClient(
  folder: string,
  faults: number,
  { command = "run", words = inRun, to = "2", exitCode = 125 } = {},
): Promise<string> {
  const real = process.env.BOOTWRIGHT_DOCKER || "docker";
  const client = join(folder, "docker");
  await writeFile(
    client,
    `#!/bin/sh
count=$(cat "${folder}/count" 2>/dev/null || echo 0)
if [ "$1" = ${command} ] && [ "$count" -lt ${faults} ]; then
  echo $((count + 1)) > "${folder}/count"
  echo "${words}" >&${to}
  exit ${exitCode}
fi
exec ${real} "$@"
`,
  );
  await chmod(client, 0o755);
  return client;
}

const step = { tool: "echo", args: ["hello"], purpose: "to say hello", package: "coreutils" };

test("a step whose container the engine twice fails to set up is run all the same", async () => {
  const ctx = await testContext();
  try {
    vi.stubEnv("BOOTWRIGHT_DOCKER", await faultyClient(ctx.cwd, 2));
    expect(await ctx.runner.run(step)).toBe("hello\n");
  } finally {
    await ctx.dispose();
  }
});

test("an engine that never sets a container up is reported with its own words", async () => {
  const ctx = await testContext();
  try {
    vi.stubEnv("BOOTWRIGHT_DOCKER", await faultyClient(ctx.cwd, 1000));
    await expect(ctx.runner.run(step)).rejects.toThrow("OCI runtime create failed: reset by peer");
  } finally {
    await ctx.dispose();
  }
});

test("a stream is sent anew, and read once, where the engine fails to set their containers up", async () => {
  const ctx = await testContext();
  try {
    vi.stubEnv("BOOTWRIGHT_DOCKER", await faultyClient(ctx.cwd, 1));
    const copied = await ctx.store.stage(async (folder) => {
      const file = join(folder, "copy");
      const tee = {
        ...{ tool: "tee", args: [file], purpose: "to copy", package: "coreutils" },
        writes: folder,
      };
      await feed(tee, () => Readable.from([Buffer.from("fed")]), ctx);
      return readFile(file, "utf8");
    });
    expect(copied).toBe("fed");

    await rm(join(ctx.cwd, "count"));
    const read: string[] = [];
    const collect = async (output: AsyncIterable<Buffer>) => {
      let text = "";
      for await (const piece of output) text += piece.toString();
      read.push(text);
    };
    await readFrom(step, collect, ctx);
    expect(read).toEqual(["hello\n"]);
  } finally {
    await ctx.dispose();
  }
});

test("a tool that writes on after its reader has given up is waited for, and the reader's reason is the error", async () => {
  const ctx = await testContext();
  try {
    const zeros = {
      ...{ tool: "head", args: ["-c", "8000000", "/dev/zero"] },
      ...{ purpose: "to write much", package: "coreutils" },
    };
    const giveUp = async (output: AsyncIterable<Buffer>) => {
      for await (const piece of output) throw new Error(`no ${piece[0]} expected`);
    };
    await expect(readFrom(zeros, giveUp, ctx)).rejects.toThrow("no 0 expected");
  } finally {
    await ctx.dispose();
  }
});

test("a build in which the engine twice loses a container is built all the same, and another failure is not tried again", async () => {
  const ctx = await testContext();
  const build = { dockerfile: "FROM busybox:latest\nRUN true\n", platform: "linux/amd64" };
  const { signal } = new AbortController();
  const layout = join(ctx.cwd, "layout");
  try {
    const faulty = { command: "buildx", words: inBuild };
    vi.stubEnv("BOOTWRIGHT_DOCKER", await faultyClient(ctx.cwd, 2, faulty));
    expect(await buildToLayout(build, layout, ctx.cwd, { signal })).toMatch(/^sha256:/);

    await rm(join(ctx.cwd, "count"));
    const refusing = { command: "buildx", words: "ERROR: failed to solve: no such stage" };
    vi.stubEnv("BOOTWRIGHT_DOCKER", await faultyClient(ctx.cwd, 1000, refusing));
    const refused = buildToLayout(build, layout, ctx.cwd, { signal });
    await expect(refused).rejects.toThrow("The image does not build: no such stage");
    expect(await readFile(join(ctx.cwd, "count"), "utf8")).toBe("1\n");
  } finally {
    await ctx.dispose();
  }
});

test("a step in a container that is there is run again where the engine twice fails to begin it, also one that may fail", async () => {
  const ctx = await testContext();
  const { signal } = new AbortController();
  try {
    const faulty = { command: "exec", words: inExec, to: "1", exitCode: 126 };
    vi.stubEnv("BOOTWRIGHT_DOCKER", await faultyClient(ctx.cwd, 2, faulty));
    const said = await ctx.store.stage((writes) =>
      inOnePlace(ctx.runner, { writes, toolbox: "kernel", signal }, async (run) => {
        const { stdout } = await run(step, { mayFail: true });
        await rm(join(ctx.cwd, "count"));
        return [stdout, (await run(step)).stdout];
      }),
    );
    expect(said).toEqual(["hello\n", "hello\n"]);
  } finally {
    await ctx.dispose();
  }
});
