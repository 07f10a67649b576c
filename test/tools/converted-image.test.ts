import { createHash } from "node:crypto";
import { open, readdir, readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { execa } from "execa";
import fc from "fast-check";
import { afterEach, beforeEach, expect, test } from "vitest";
import { ConvertedImage } from "../../provider/flow/compose/converted-image.ts";
import type { Ref } from "../../provider/plan/ref.ts";
import { exportObject } from "../../provider/store/export.ts";
import { loadVhd, openVhd } from "../../provider/store/vhd-view.ts";
import { testContext } from "../context.ts";

const MiB = 1024 * 1024;
let ctx: Awaited<ReturnType<typeof testContext>>;
beforeEach(async () => {
  ctx = await testContext();
});
afterEach(() => ctx.dispose());

/** A disk with data, holes, and zeros that are written out where `dense`. */
async function commitDisk({ bytes = 40 * MiB + 4096, dense = false } = {}): Promise<Ref> {
  const digest = `sha256:${createHash("sha256").update(`${bytes}`).digest("hex")}`;
  await ctx.store.stage(async (folder) => {
    const file = join(folder, "disk.raw");
    const handle = await open(file, "w");
    await handle.truncate(bytes);
    if (dense)
      for (let at = 0; at < bytes; at += 4096) await handle.write(Buffer.alloc(4096), 0, 4096, at);
    for (const at of [0, 70_000, 8 * MiB, 21 * MiB + 512, bytes - 4096])
      await handle.write(Buffer.alloc(3000, `data at ${at};`), 0, 3000, at);
    await handle.close();
    await ctx.store.commit({ kind: "disk", digest, file });
  });
  return { kind: "disk", digest, recipe: "" };
}

const exporting = { signal: new AbortController().signal, progress: () => {} };
const exportTo = async (ref: Ref, name: string) => {
  const path = join(ctx.cwd, name);
  await exportObject(ctx.store, ref, path, exporting);
  return path;
};
const make = (image: Ref, format: "vhd" | "qcow2") =>
  ConvertedImage.make!(ConvertedImage.plan({ image, format }), ctx);
const info = async (file: string, format: string) =>
  JSON.parse((await execa("qemu-img", ["info", "--output=json", "-f", format, file])).stdout);

test("qemu-img reads the exported VHD as a fixed one of whole MiB that equals the disk", async () => {
  const disk = await commitDisk();
  const vhd = await make(disk, "vhd");
  const file = await exportTo(vhd.ref, "out/disk.vhd");
  expect((await stat(file)).size).toBe(vhd.sizeBytes);
  expect(vhd).toMatchObject({
    format: "vhd",
    sizeBytes: 41 * MiB + 512,
    virtualSizeBytes: 41 * MiB,
  });
  expect(await info(file, "vpc")).toMatchObject({
    "virtual-size": 41 * MiB,
    format: "vpc",
  });
  const raw = ctx.store.path("disk", disk.digest);
  const { stdout } = await execa("qemu-img", ["compare", "-f", "raw", "-F", "vpc", raw, file]);
  expect(stdout).toContain("Images are identical");
});

test("the VHD view gives the exported file's bytes at any offset, also across the footer", async () => {
  const { ref, sizeBytes } = await make(await commitDisk(), "vhd");
  const whole = await readFile(await exportTo(ref, "disk.vhd"));
  const vhd = await loadVhd(ctx.store.path("vhd", ref.digest), ref.digest);
  const view = await openVhd(vhd, ctx.store.path("disk", vhd.disk));
  const offset = fc.oneof(
    fc.integer({ min: 0, max: sizeBytes - 1 }),
    fc.integer({ min: sizeBytes - 70_000, max: sizeBytes - 1 }),
  );
  await fc.assert(
    fc.asyncProperty(offset, fc.integer({ min: 1, max: 70_000 }), async (at, length) => {
      const read = await view.read(at, Buffer.alloc(length, 0xee));
      expect(read.equals(whole.subarray(at, at + length))).toBe(true);
    }),
  );
  await view.close();
});

test("a VHD takes no space in the store, and holes stay holes when it is exported", async () => {
  const disk = await commitDisk();
  const vhd = await make(disk, "vhd");
  expect((await stat(ctx.store.path("vhd", vhd.ref.digest))).size).toBeLessThan(2000);
  expect(await ctx.store.needs(vhd.ref)).toEqual([{ kind: "disk", digest: disk.digest }]);
  const file = await exportTo(vhd.ref, "disk.vhd");
  expect((await stat(file)).blocks * 512).toBeLessThan(MiB);
});

test("a qcow2 equals the disk and is the same bytes whenever and however sparse the disk is stored", async () => {
  const first = await make(await commitDisk(), "qcow2");
  const file = await exportTo(first.ref, "disk.qcow2");
  expect(first.sizeBytes).toBe((await stat(file)).size);
  expect(first.virtualSizeBytes).toBe(40 * MiB + 4096);
  await execa("qemu-img", ["check", "-f", "qcow2", file]);
  await ctx.dispose();
  ctx = await testContext();
  const second = await make(await commitDisk({ dense: true }), "qcow2");
  expect(second.ref.digest).toBe(first.ref.digest);
});

test("an export of a disk is its bytes with its holes, replaces what was there and leaves nothing beside it", async () => {
  const disk = await commitDisk();
  await exportTo(disk, "out/disk.raw");
  const file = await exportTo(disk, "out/disk.raw");
  await execa("cmp", [file, ctx.store.path("disk", disk.digest)]);
  expect((await stat(file)).blocks * 512).toBeLessThan(MiB);
  expect((await stat(file)).mode & 0o200).toBe(0o200);
  expect(await readdir(join(ctx.cwd, "out"))).toEqual(["disk.raw"]);
});

test("an export that is stopped leaves the old file as it was", async () => {
  const disk = await commitDisk();
  const file = await exportTo(disk, "disk.raw");
  const before = await stat(file);
  const stop = new AbortController();
  const stopped = exportObject(ctx.store, (await make(disk, "vhd")).ref, file, {
    signal: stop.signal,
    progress: () => stop.abort(),
  });
  await expect(stopped).rejects.toThrow("aborted");
  expect((await stat(file)).ino).toBe(before.ino);
  expect((await readdir(ctx.cwd)).filter((name) => name.includes("disk"))).toEqual(["disk.raw"]);
});

test("a tree or a filesystem cannot be exported, and the error says what can", async () => {
  const tree: Ref = { kind: "tree", digest: `sha256:${"0".repeat(64)}`, recipe: "" };
  await expect(exportTo(tree, "tree")).rejects.toThrow("A tree has no file of its own");
});

test("only a disk can be converted", () => {
  const image: Ref = { kind: "ext4", digest: `sha256:${"0".repeat(64)}`, recipe: "" };
  expect(ConvertedImage.rules!({ image })).toEqual([
    { property: "image", reason: "must be a disk, such as DiskImage.ref, not a ext4" },
  ]);
});
