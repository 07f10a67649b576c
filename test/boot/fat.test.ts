import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { findResource, findStep } from "../../provider/flow/index.ts";
import { checkInputs } from "../../provider/lifecycle/check.ts";
import { put } from "../../provider/lifecycle/operate.ts";
import type { Layout } from "../../provider/plan/layout.ts";
import type { Ref } from "../../provider/plan/ref.ts";
import { testContext } from "../context.ts";
import { smallDockerfile } from "../promises/fixture.ts";
import { sayingEfiApplication } from "./efi-application.ts";
import { sayingInitramfs } from "./saying-init.ts";

let ctx: Awaited<ReturnType<typeof testContext>>;
beforeEach(async () => {
  ctx = await testContext({ find: findStep });
});
afterEach(() => ctx.dispose());

/** Checks and makes a resource, as both faces do. */
async function make(name: string, given: object): Promise<Record<string, unknown>> {
  const resource = findResource(name)!;
  const checked = await checkInputs(resource, { ...given }, ctx);
  if (checked.problems.length > 0) throw new Error(JSON.stringify(checked.problems));
  return put(resource, checked.inputs, ctx);
}

async function file(bytes: Uint8Array): Promise<{ ref: Ref }> {
  return { ref: { kind: "file", digest: await ctx.store.putBytes(bytes), recipe: "" } };
}

interface Wishes {
  readonly disk: object;
  readonly partition: object;
  readonly bootloader: object;
}

/** A disk of one FAT filesystem that holds what a boot loader places, and nothing else. */
async function diskOf({ disk, partition, bootloader }: Wishes): Promise<unknown> {
  const partitions = [{ name: "boot", ...partition }];
  const made = await make("PartitionLayout", { seed: "demo", partitions, ...disk });
  const layout = made.layout as Layout;
  const [boot] = layout.partitions;
  const { installs, blobs } = await make("Bootloader", {
    ...{ partition: "boot", table: layout.table },
    ...bootloader,
  });
  const filesystem = { type: boot?.filesystem, partition: boot, installs };
  const content = (await make("Filesystem", filesystem)).ref;
  const filesystems = [{ partition: "boot", content }];
  return (await make("DiskImage", { layout, filesystems, blobs })).ref;
}

const boots = (image: unknown, given: object) =>
  make("BootTest", { image, timeoutSeconds: 300, ...given });

test("the first seed's disk, 100 MiB with one bootable FAT16, boots Debian's kernel and an initrd by SYSLINUX", async () => {
  const context = join(ctx.cwd, "image");
  await mkdir(join(context, "site"), { recursive: true });
  await writeFile(join(context, "Dockerfile"), smallDockerfile);
  await writeFile(join(context, "site/index.html"), "one");
  const { kernels } = await make("Rootfs", { source: { dockerfile: { context } } });
  const { ref } = await make("Kernel", { kernels });
  const image = await diskOf({
    disk: { diskSizeMiB: 100 },
    partition: { type: "fat16", bootable: true, label: "BOOT" },
    bootloader: {
      type: "syslinux",
      kernel: { ref },
      initrd: await file(sayingInitramfs("\nHello from an initrd on FAT\n")),
      commandLine: "no_timer_check",
    },
  });
  const { met } = await boots(image, {
    memoryMiB: 512,
    expect: { serial: ["SYSLINUX", "Linux version", "Hello from an initrd on FAT"] },
  });
  expect(met).toHaveLength(3);
});

test.each([
  ["a FAT12 of 3 MiB on an MBR disk of 4", { diskSizeMiB: 4 }, { type: "fat12" }],
  ["a FAT32 on a GPT disk", { table: "gpt", roundToMiB: 1 }, { type: "fat32", sizeMiB: 34 }],
])(
  "SYSLINUX starts from %s, shows its menu and loads what it is told",
  async (_what, disk, partition) => {
    const bootloader = {
      type: "syslinux",
      kernel: await file(Buffer.from("no kernel".repeat(1000))),
      initrd: await file(Buffer.from("no initrd")),
      menuTitle: "A menu on FAT",
      timeoutSeconds: 1,
    };
    const image = await diskOf({ disk, partition: { ...partition, bootable: true }, bootloader });
    await boots(image, {
      memoryMiB: 32,
      expect: { serial: ["SYSLINUX", "A menu on FAT", "Loading /vmlinuz"] },
    });
  },
);

test.each([
  ["GPT, FAT32", { table: "gpt", roundToMiB: 1 }, { type: "esp", sizeMiB: 34 }],
  ["MBR, FAT16", { diskSizeMiB: 4 }, { type: "esp", filesystem: "fat16" }],
])(
  "UEFI starts what stands for a kernel from an ESP (%s), without a boot loader",
  async (_what, disk, partition) => {
    const kernel = await file(sayingEfiApplication("started by the firmware\r\n"));
    const image = await diskOf({ disk, partition, bootloader: { type: "efi-stub", kernel } });
    await boots(image, {
      ...{ firmware: "uefi", memoryMiB: 256 },
      expect: { serial: ["started by the firmware"] },
    });
  },
);
