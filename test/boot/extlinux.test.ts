import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { Bootloader } from "../../provider/flow/compose/bootloader.ts";
import { DiskImage } from "../../provider/flow/compose/disk-image.ts";
import { Filesystem } from "../../provider/flow/compose/filesystem.ts";
import { partitionRequestSchema } from "../../provider/plan/layout.ts";
import { planLayout } from "../../provider/plan/plan-layout.ts";
import { treeDigest } from "../../provider/tree/digest.ts";
import { saveTree } from "../../provider/tree/object.ts";
import type { Tree } from "../../provider/tree/types.ts";
import { testContext } from "../context.ts";

let ctx: Awaited<ReturnType<typeof testContext>>;
beforeEach(async () => {
  ctx = await testContext();
});
afterEach(() => ctx.dispose());

/** A disk whose kernel is none: how far the boot loader comes shows that it found itself, its modules and its files. */
async function diskWithoutKernel(table: "mbr" | "gpt"): Promise<string> {
  const { layout, root } = layoutOf(table);
  const digest = await ctx.store.putBytes(Buffer.from("no kernel".repeat(1000)));
  const kernel = { ref: { kind: "file", digest, recipe: "" }, path: "" };
  const boot = await Bootloader.make?.(
    Bootloader.plan(Bootloader.inputs.parse({ table, kernel, rootUuid: root.uuid })),
    ctx,
  );
  const { installs, blobs } = boot ?? {};
  const given = { tree: await emptyTree(), partition: root, installs };
  const root4 = await Filesystem.make?.(Filesystem.plan(Filesystem.inputs.parse(given)), ctx);
  const filesystems = [{ partition: "root", content: root4?.ref }];
  const disk = DiskImage.inputs.parse({ layout, blobs, filesystems });
  const made = await DiskImage.make?.(DiskImage.plan(disk), ctx);
  return ctx.store.path("disk", made?.ref.digest ?? "");
}

function layoutOf(table: "mbr" | "gpt") {
  const request = partitionRequestSchema.parse({ name: "root", bootable: true });
  const partitions = [request];
  const layout = planLayout({ seed: "demo", table, roundToMiB: 128, partitions });
  const [root] = layout.partitions;
  if (!root) throw new Error("The layout has no root");
  return { layout, root };
}

async function emptyTree() {
  const root = { kind: "entry", path: "", type: "directory", mode: 0o755 } as const;
  const times = { uid: 0, gid: 0, mtime: 0, mtimeNs: 0, size: 0 };
  const tree: Tree = { items: [{ ...root, ...times }, { kind: "boundary" }], sources: [] };
  const digest = treeDigest(tree);
  await ctx.store.stage(async (folder) => {
    const file = join(folder, "tree");
    await saveTree(tree, file);
    await ctx.store.commit({ kind: "tree", digest, file });
  });
  return { kind: "tree", digest, recipe: "" };
}

/** What a machine says on its serial port until it says something like `last`. */
async function serialUntil(disk: string, last: RegExp): Promise<string> {
  const drive = `file=${disk},format=raw,readonly=on,if=virtio`;
  const machine = await ctx.runner.start({
    tool: "qemu-system-x86_64",
    args: [
      ...["-accel", "tcg", "-m", "64", "-nic", "none"],
      ...["-display", "none", "-serial", "stdio", "-monitor", "none", "-drive", drive],
    ],
    purpose: "to see the boot loader start",
    package: "qemu-system-x86",
  });
  let said = "";
  machine.stderr.on("data", (chunk) => {
    said += chunk;
  });
  try {
    for await (const chunk of machine.stdout) {
      said += chunk;
      if (last.test(said)) return said;
    }
    throw new Error(`The machine ended without ${last}:\n${said}`);
  } finally {
    await machine.stop();
  }
}

test.each(["mbr", "gpt"] as const)(
  "extlinux on an ext4 that nothing mounted starts from a %s disk and loads the kernel it is told",
  async (table) => {
    const said = await serialUntil(await diskWithoutKernel(table), /Booting kernel failed/);
    expect(said).toContain("SYSLINUX 6.04");
    expect(said).toContain("Loading /boot/vmlinuz");
  },
);
