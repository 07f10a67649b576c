import { chmod, mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, expect, test, vi } from "vitest";
import { findResource } from "../../provider/flow/index.ts";
import { checkInputs } from "../../provider/lifecycle/check.ts";
import { put } from "../../provider/lifecycle/operate.ts";
import { testContext } from "../context.ts";

afterEach(() => vi.unstubAllEnvs());

/** The tree digest of a small image, built with the docker client that the environment names. */
async function treeOf(
  docker?: (folder: string) => Promise<string>,
): Promise<{ digest: string; lines: string[] }> {
  const ctx = await testContext();
  try {
    if (docker) vi.stubEnv("BOOTWRIGHT_DOCKER", await docker(ctx.cwd));
    await mkdir(join(ctx.cwd, "image"));
    await writeFile(
      join(ctx.cwd, "image", "Dockerfile"),
      "FROM busybox\nCOPY page /srv/page\nRUN chmod 4711 /srv/page\n",
    );
    await writeFile(join(ctx.cwd, "image", "page"), "hello");
    const rootfs = findResource("Rootfs");
    if (!rootfs) throw new Error("there is no Rootfs");
    const { inputs, problems } = await checkInputs(
      rootfs,
      { source: { dockerfile: { context: "image" } } },
      ctx,
    );
    expect(problems).toEqual([]);
    const { ref } = (await put(rootfs, inputs, ctx)) as { ref: { digest: string } };
    return { digest: ref.digest, lines: ctx.lines };
  } finally {
    await ctx.dispose();
  }
}

test.each([
  ["has no buildx", "docker: 'buildx' is not a docker command."],
  [
    "lacks the containerd image store",
    "ERROR: OCI exporter is not supported for the docker driver.",
  ],
])("an engine that %s gives the same tree, through docker save", async (_case, message) => {
  const real = process.env.BOOTWRIGHT_DOCKER || "docker";
  const expected = await treeOf();
  const older = await treeOf(async (folder) => {
    const wrapper = join(folder, "docker");
    await writeFile(
      wrapper,
      `#!/bin/sh\nif [ "$1" = buildx ]; then echo "${message}" >&2; exit 1; fi\nexec ${real} "$@"\n`,
    );
    await chmod(wrapper, 0o755);
    return wrapper;
  });
  expect(older.digest).toBe(expected.digest);
  expect(older.lines).toContain(
    "The engine cannot export layers one by one: the whole image is fetched",
  );
});
