import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { configure } from "../../../provider/flow/collect/kernel-config.ts";
import { sourceTarball } from "../../../provider/flow/collect/kernel-source.ts";
import { inOnePlace } from "../../../provider/host/one-place.ts";
import { planBuild, type SourceInputs } from "../../../provider/kernel/kernel-plan.ts";
import { testContext } from "../../context.ts";

type Config = ReadonlyMap<string, string>;

/** Configures the distribution's source in every way that is asked for, unpacked once, and compiles nothing. */
async function configured(wishes: readonly Omit<SourceInputs, "source">[]): Promise<Config[]> {
  const ctx = await testContext();
  const source = { package: "linux-source-6.1" };
  try {
    const tarball = await sourceTarball(planBuild({ source }), ctx);
    return await ctx.store.stage(async (stage) => {
      const folder = join(stage, "linux");
      await mkdir(folder);
      const place = { writes: stage, toolbox: "kernel", signal: ctx.signal } as const;
      return inOnePlace(ctx.runner, place, async (run) => {
        const file = ctx.store.path("file", tarball ?? "");
        const into = ["--directory", folder, "--strip-components=1", "--no-same-owner"];
        const args = ["--extract", "--file", file, ...into];
        await run({ tool: "tar", args, purpose: "to unpack the source", package: "tar" });
        const found: Config[] = [];
        for (const wish of wishes)
          found.push(await configure(planBuild({ source, ...wish }), folder, run, ctx, undefined));
        return found;
      });
    });
  } finally {
    await ctx.dispose();
  }
}

const yes = (config: Config | undefined) =>
  [...(config ?? [])].filter(([, value]) => value === "y");

test("the real source keeps what it is asked for on top of every base", async () => {
  const options = [
    { name: "PRINTK", value: "y" },
    { name: "DEFAULT_HOSTNAME", value: "tiny" },
    { name: "LOG_BUF_SHIFT", value: "15" },
  ];
  const [none, tiny, standard, serial, virtio] = await configured([
    { baseConfig: "allnoconfig", options },
    { baseConfig: "tinyconfig", options },
    { baseConfig: "defconfig", options },
    { preset: "tiny-serial", options },
    { preset: "tiny-virtio", options },
  ]);
  for (const config of [none, tiny, standard, serial, virtio]) {
    expect(config?.get("PRINTK")).toBe("y");
    expect(config?.get("DEFAULT_HOSTNAME")).toBe("tiny");
    expect(config?.get("LOG_BUF_SHIFT")).toBe("15");
  }
  // What tells the bases apart (kernel/configs/tiny.config, arch/x86/configs/x86_64_defconfig).
  const told = (name: string) => [none, tiny, standard].map((config) => config?.get(name) ?? "n");
  expect(told("CC_OPTIMIZE_FOR_SIZE")).toEqual(["n", "y", "n"]);
  expect(told("KERNEL_XZ")).toEqual(["n", "y", "n"]);
  expect(told("EXT4_FS")).toEqual(["n", "n", "y"]);
  expect(yes(standard).length).toBeGreaterThan(2 * yes(none).length);
  expect(serial?.get("SERIAL_8250_CONSOLE")).toBe("y");
  expect(virtio?.get("VIRTIO_BLK")).toBe("y");
});
