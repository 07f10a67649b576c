import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { findStep } from "../../provider/flow/index.ts";
import type { Ref } from "../../provider/plan/ref.ts";
import { testContext } from "../context.ts";
import { smallDockerfile } from "../promises/fixture.ts";
import { biosBoot, busyboxTree, type Content, diskOf, esp, file, make } from "./boot-path.ts";
import { sayingInitramfs } from "./saying-init.ts";

let ctx: Awaited<ReturnType<typeof testContext>>;
let content: Content;
beforeAll(async () => {
  ctx = await testContext({ find: findStep });
  const context = join(ctx.cwd, "image");
  await mkdir(join(context, "site"), { recursive: true });
  await writeFile(join(context, "Dockerfile"), smallDockerfile);
  await writeFile(join(context, "site/index.html"), "one");
  const { kernels } = await make("Rootfs", { source: { dockerfile: { context } } }, ctx);
  const kernel = (await make("Kernel", { kernels }, ctx)).ref as Ref;
  const initrd = await file(sayingInitramfs("\nHello from an initrd\n"), ctx);
  content = { tree: await busyboxTree(ctx), kernel, initrd };
});
afterAll(() => ctx?.dispose());

const wrong = { title: "Not this one", commandLine: "rdinit=/nothing" };
const right = { title: "It's this one", commandLine: "chosen=$this;{one}" };
const menu = { timeoutSeconds: 1, entries: [wrong, right], defaultEntry: 1 };

// Once for each family: every path is tested with a small kernel by tiny-boot-paths.test.ts.
test.each([
  ["GRUB for both", "gpt", [biosBoot, esp], "grub-hybrid", menu, "bios"],
  ["GRUB for both", "gpt", [biosBoot, esp], "grub-hybrid", menu, "uefi"],
  ["systemd-boot", "gpt", [esp], "systemd-boot", menu, "uefi"],
  ["a UKI alone", "gpt", [esp], "uki", {}, "uefi"],
] as const)(
  "%s (%s) starts Debian's kernel and an initrd, by the entry that is the default",
  async (_what, table, before, type, more, firmware) => {
    const { disk } = await diskOf({ table, before, bootloader: { type, ...more } }, content, ctx);
    const told =
      type === "uki" ? ["Linux version"] : ["this one", "Linux version", "chosen=$this;{one}"];
    const { seconds } = await make(
      "BootTest",
      {
        ...{ image: disk, firmware, memoryMiB: 512, timeoutSeconds: 600 },
        expect: { serial: [...told, "Hello from an initrd"] },
      },
      ctx,
    );
    console.log(`${type} (${table}) by ${firmware}: ${seconds} s`);
    expect(seconds).toBeGreaterThan(0);
  },
);
