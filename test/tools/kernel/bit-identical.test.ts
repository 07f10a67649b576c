import { chmod, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { execa } from "execa";
import { afterEach, expect, test, vi } from "vitest";
import { buildKernel } from "../../../provider/flow/collect/kernel-build.ts";
import { dockerClient } from "../../../provider/host/docker.ts";
import { processors } from "../../../provider/host/processors.ts";
import { planBuild } from "../../../provider/kernel/kernel-plan.ts";
import { tinyKernel } from "../../boot/tiny-kernel.ts";
import { testContext } from "../../context.ts";

/** Debian's libfaketime: gives whatever it is loaded into another clock. */
const faketime = "/usr/lib/x86_64-linux-gnu/faketime/libfaketime.so.1";
const otherUser = "1234:1234";

afterEach(() => vi.unstubAllEnvs());

/** A docker client whose containers have the clock of three years later and, where the caller is root, another user. */
async function otherClient(folder: string): Promise<string> {
  const path = join(folder, "docker");
  const { stdout: client } = await execa("which", [dockerClient()]);
  const script = `#!/bin/sh
if [ "$1" = run ]; then
  shift
  for word; do
    shift
    [ "$word" = 65534:65534 ] && word=${otherUser}
    [ "$before" = --workdir ] && [ "$(id -u)" = 0 ] && chown -R ${otherUser} "$word"
    before=$word
    set -- "$@" "$word"
  done
  set -- run --mount type=bind,src=${faketime},dst=/faketime.so,readonly --env LD_PRELOAD=/faketime.so --env FAKETIME=+1095d "$@"
fi
exec '${client}' "$@"
`;
  await writeFile(path, script);
  await chmod(path, 0o755);
  return path;
}

test("a kernel built again as another user, years later, in another folder and with other jobs is the same to the byte", async () => {
  const ctx = await testContext();
  const first = await tinyKernel(ctx);
  vi.stubEnv("BOOTWRIGHT_DOCKER", await otherClient(ctx.cwd));
  const elsewhere = await testContext();
  const ask = async (tool: string, arg: string) =>
    Number(
      await elsewhere.runner.run({ tool, args: [arg], purpose: "to look", package: "coreutils" }),
    );
  try {
    expect(await ask("date", "+%Y")).toBeGreaterThan(new Date().getFullYear() + 1);
    expect(await ask("id", "-u")).toBe(process.getuid?.() === 0 ? 1234 : process.getuid?.());
    const source = { package: "linux-source-6.1", sha256: first.sourceSha256 };
    const build = planBuild({ source, preset: "tiny-serial" });
    const again = await buildKernel(build, elsewhere, processors() + 1);
    expect(again.configDigest).toBe(first.configDigest);
    expect(again.ref.digest).toBe(first.ref.digest);
  } finally {
    await elsewhere.dispose();
    await ctx.dispose();
  }
});
