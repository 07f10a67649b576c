import { readFile } from "node:fs/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import { findStep } from "../../provider/flow/index.ts";
import type { BootInstall } from "../../provider/plan/boot-files.ts";
import type { Layout } from "../../provider/plan/layout.ts";
import type { Ref } from "../../provider/plan/ref.ts";
import { testContext } from "../context.ts";
import { selfSigned } from "../self-signed.ts";
import { file, make } from "./boot-path.ts";
import { sayingInitramfs } from "./saying-init.ts";
import { tinyKernel } from "./tiny-kernel.ts";

const own = selfSigned();
const hello = "Hello from an initrd";

let ctx: Awaited<ReturnType<typeof testContext>>;
let layout: Layout;
let given: object;
beforeAll(async () => {
  ctx = await testContext({ find: findStep });
  const partitions = [{ name: "esp", type: "esp", filesystem: "fat16" }];
  layout = (await make("PartitionLayout", { seed: "demo", diskSizeMiB: 16, partitions }, ctx))
    .layout as Layout;
  const { ref: kernel } = await tinyKernel(ctx, "tiny-virtio");
  const initrd = await file(sayingInitramfs(`\n${hello}\n`), ctx);
  given = { layout, kernel: { ref: kernel }, initrd: { ref: initrd }, consoles: ["ttyS0"] };
});
afterAll(() => ctx?.dispose());

async function installsOf(bootloader: object): Promise<BootInstall[]> {
  const { installs } = await make("Bootloader", { ...given, ...bootloader }, ctx);
  return installs as BootInstall[];
}

/** Boots a disk with these files on firmware that trusts one certificate. */
async function seen(installs: readonly BootInstall[], serial: string[]): Promise<number> {
  const [partition] = layout.partitions;
  const { ref: content } = await make("Filesystem", { type: "fat16", partition, installs }, ctx);
  const filesystems = [{ partition: "esp", content }];
  const { ref: image } = await make("DiskImage", { layout, filesystems }, ctx);
  const { seconds } = await make(
    "BootTest",
    {
      ...{ image, firmware: "uefi", secureBootCertificate: own.signingCertificate },
      ...{ memoryMiB: 256, expect: { serial } },
    },
    ctx,
  );
  return seconds as number;
}

test.each(["uki", "systemd-boot"])(
  "with Secure Boot, firmware starts what the key has signed: %s",
  async (type) => {
    const started = ["Secure boot enabled", hello];
    const seconds = await seen(await installsOf({ type, ...own }), started);
    console.log(`${type}: ${seconds} s`);
    expect(seconds).toBeGreaterThan(0);
  },
);

test.each<[string, () => Promise<BootInstall[]>]>([
  ["nobody has signed", () => installsOf({ type: "uki" })],
  ["another key has signed", () => installsOf({ type: "uki", ...selfSigned() })],
  [
    "has changed since, by one bit",
    async () => {
      const [install] = await installsOf({ type: "uki", ...own });
      const [program] = install!.files;
      const bytes = await readFile(ctx.store.path("file", program!.content.digest));
      bytes[bytes.length >> 1]! ^= 1;
      const content: Ref = await file(bytes, ctx);
      return [{ ...install!, files: [{ ...program!, content }] }];
    },
  ],
])("with Secure Boot, firmware refuses what %s", async (_what, made) => {
  const seconds = await seen(await made(), ["failed to load Boot0001", "Access Denied"]);
  console.log(`refused after ${seconds} s`);
  expect(seconds).toBeGreaterThan(0);
});
