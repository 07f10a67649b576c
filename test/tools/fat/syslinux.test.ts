import { chmod, copyFile, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { execa } from "execa";
import { afterEach, beforeEach, expect, test } from "vitest";
import { Bootloader } from "../../../provider/flow/compose/bootloader.ts";
import { DiskImage } from "../../../provider/flow/compose/disk-image.ts";
import { Filesystem } from "../../../provider/flow/compose/filesystem.ts";
import type { fatTypes } from "../../../provider/plan/fat-type.ts";
import { partitionRequestSchema } from "../../../provider/plan/layout.ts";
import { planLayout } from "../../../provider/plan/plan-layout.ts";
import type { Ref } from "../../../provider/plan/ref.ts";
import { testContext } from "../../context.ts";

let ctx: Awaited<ReturnType<typeof testContext>>;
beforeEach(async () => {
  ctx = await testContext();
});
afterEach(() => ctx.dispose());

const env = {
  TZ: "UTC",
  LC_ALL: "C.UTF-8",
  SOURCE_DATE_EPOCH: "1735689600",
  MTOOLS_SKIP_CHECK: "1",
};

function layoutOf(type: (typeof fatTypes)[number], sizeMiB: number) {
  const request = partitionRequestSchema.parse({ name: "boot", type, sizeMiB, bootable: true });
  return planLayout({ seed: "demo", table: "mbr", roundToMiB: 1, partitions: [request] });
}

async function file(text: string): Promise<Ref> {
  return { kind: "file", digest: await ctx.store.putBytes(Buffer.from(text)), recipe: "" };
}

async function bootloader(more: object = {}) {
  const kernel = { ref: await file("a kernel") };
  const given = { type: "syslinux", partition: "boot", kernel, initrd: kernel, ...more };
  return (await Bootloader.make?.(Bootloader.plan(Bootloader.inputs.parse(given)), ctx))!;
}

async function filesystem(given: object) {
  const made = await Filesystem.make?.(Filesystem.plan(Filesystem.inputs.parse(given)), ctx);
  return { ref: made!.ref, image: ctx.store.path("file", made!.ref.digest) };
}

test.each([
  ["fat12", 4],
  ["fat16", 99],
] as const)(
  "the boot sector and ldlinux.sys on %s are those that syslinux installs itself",
  async (type, sizeMiB) => {
    const [partition] = layoutOf(type, sizeMiB).partitions;
    const { installs } = await bootloader();
    const own = await filesystem({ type, partition, installs });
    const empty = await filesystem({ type, partition });
    const other = await bySyslinux(empty.image);
    const read = async (image: string) => ({
      sector: (await firstSector(image)).toString("hex"),
      ldlinux: await readOut(image, "ldlinux.sys"),
      module: await readOut(image, "ldlinux.c32"),
    });
    const [ours, theirs] = [await read(own.image), await read(other)];
    expect(ours.sector).toBe(theirs.sector);
    expect(ours.ldlinux.equals(theirs.ldlinux)).toBe(true);
    expect(ours.module.equals(theirs.module)).toBe(true);
    await execa("fsck.fat", ["-n", own.image]);
  },
);

test("a disk of 100 MiB has one bootable FAT16 of type 6 from sector 2048, as sfdisk, fsck.fat and mtools read it", async () => {
  const layout = layoutOf("fat16", 99);
  const { installs, blobs } = await bootloader({ menuTitle: "Tiny", timeoutSeconds: 1 });
  const [partition] = layout.partitions;
  const { ref, image } = await filesystem({ type: "fat16", partition, installs });
  const filesystems = [{ partition: "boot", content: ref }];
  const plan = DiskImage.plan(DiskImage.inputs.parse({ layout, filesystems, blobs }));
  const disk = ctx.store.path("disk", (await DiskImage.make?.(plan, ctx))!.ref.digest);

  const { stdout } = await execa("sfdisk", ["--json", disk]);
  const { partitiontable } = JSON.parse(stdout);
  expect(partitiontable.partitions).toEqual([
    { node: `${disk}1`, start: 2048, size: 202752, type: "6", bootable: true },
  ]);
  expect((await execa("sfdisk", ["--verify", disk])).stdout).toContain("No errors detected");
  expect((await readFile(disk)).subarray(1048576).equals(await readFile(image))).toBe(true);
  const { stdout: names } = await execa("mdir", ["-b", "-i", `${disk}@@1M`, "::"], { env });
  expect(
    names
      .split("\n")
      .map((line) => line.replace(/^::\//, ""))
      .sort(),
  ).toEqual([
    ...["initrd.img", "ldlinux.c32", "libcom32.c32", "libutil.c32"],
    ...["menu.c32", "syslinux.cfg", "vmlinuz"],
  ]);
  // mdir does not show what is hidden.
  const { stdout: marks } = await execa("mattrib", ["-i", image, "::/ldlinux.sys"], { env });
  expect(marks).toMatch(/^\s*A\s*S?H?\s*S?H?R/);
});

test("a boot loader for ext4 is refused on FAT, and one for FAT on ext4", async () => {
  const [partition] = layoutOf("fat16", 99).partitions;
  const { installs } = await bootloader();
  const given = Filesystem.inputs.parse({ type: "fat16", partition, installs });
  expect(Filesystem.rules?.(given)).toEqual([]);
  const [install] = given.installs;
  expect(
    Filesystem.rules?.({ ...given, installs: [{ ...install!, method: "extlinux" }] }),
  ).toMatchObject([{ property: "installs[0].method" }]);
  expect(
    Filesystem.rules?.({
      ...given,
      type: "ext4",
      partition: { ...partition!, filesystem: "ext4" },
    }),
  ).toMatchObject([{ property: "installs[0].method" }]);
});

test("what a boot loader places takes the place of nothing", async () => {
  const [partition] = layoutOf("fat16", 99).partitions;
  const { installs } = await bootloader();
  await expect(
    filesystem({ type: "fat16", partition, installs: [...installs, ...installs] }),
  ).rejects.toThrow('"/ldlinux.sys" is placed by a boot loader or files, and by another one');
});

/** A copy of an image on which the toolbox's own syslinux was installed. */
function bySyslinux(image: string): Promise<string> {
  return ctx.store.stage(async (folder) => {
    const copy = join(folder, "fat");
    await copyFile(image, copy);
    await chmod(copy, 0o666);
    const args = ["--install", copy];
    const step = { tool: "syslinux", args, purpose: "to compare", package: "syslinux" };
    await ctx.runner.run({ ...step, writes: folder });
    const kept = join(ctx.cwd, "by-syslinux.img");
    await copyFile(copy, kept);
    return kept;
  });
}

async function firstSector(image: string): Promise<Buffer> {
  return (await readFile(image)).subarray(0, 512);
}

async function readOut(image: string, name: string): Promise<Buffer> {
  const path = join(ctx.cwd, "read-out");
  await writeFile(path, "");
  await execa("mcopy", ["-n", "-o", "-i", image, `::/${name}`, path], { env });
  return readFile(path);
}
