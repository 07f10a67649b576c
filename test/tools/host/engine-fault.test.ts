import { chmod, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, expect, test, vi } from "vitest";
import { testContext } from "../../context.ts";

afterEach(() => vi.unstubAllEnvs());

/** A docker client whose first runs fail as an engine does that cannot set a container up. */
async function faultyClient(folder: string, faults: number): Promise<string> {
  const real = process.env.BOOTWRIGHT_DOCKER || "docker";
  const client = join(folder, "docker");
  await writeFile(
    client,
    `#!/bin/sh
count=$(cat "${folder}/count" 2>/dev/null || echo 0)
if [ "$1" = run ] && [ "$count" -lt ${faults} ]; then
  echo $((count + 1)) > "${folder}/count"
  echo "docker: Error response from daemon: OCI runtime create failed: reset by peer" >&2
  exit 125
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
