import { createHash } from "node:crypto";
import { open, readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { execa } from "execa";
import { afterEach, describe, expect, test, vi } from "vitest";
import { ConvertedImage } from "../../provider/flow/compose/converted-image.ts";
import type { Ref } from "../../provider/plan/ref.ts";
import { exportObject } from "../../provider/store/export.ts";
import { testContext } from "../context.ts";

const MiB = 1024 * 1024;
const diskBytes = 40 * MiB + 4096;
type Test = Awaited<ReturnType<typeof testContext>>;
type Format = Parameters<typeof ConvertedImage.plan>[0]["format"];

const opened: Test[] = [];
afterEach(async () => {
  vi.unstubAllEnvs();
  for (const ctx of opened.splice(0)) await ctx.dispose();
});

/** A context of its own: another store path, another stage, another time. */
async function newContext(runner: "container" | "host" = "container"): Promise<Test> {
  vi.stubEnv("BOOTWRIGHT_RUNNER", runner);
  const ctx = await testContext();
  opened.push(ctx);
  return ctx;
}

/** A disk with data, holes, and zeros that are written out where `dense`. */
async function commitDisk(ctx: Test, { dense = false } = {}): Promise<Ref> {
  const digest = `sha256:${createHash("sha256").update("a disk").digest("hex")}`;
  await ctx.store.stage(async (folder) => {
    const file = join(folder, "disk.raw");
    const handle = await open(file, "w");
    await handle.truncate(diskBytes);
    if (dense)
      for (let at = 0; at < diskBytes; at += MiB)
        await handle.write(Buffer.alloc(Math.min(MiB, diskBytes - at)), 0, null, at);
    for (const at of [0, 70_000, 8 * MiB, 21 * MiB + 512, diskBytes - 4096])
      await handle.write(Buffer.alloc(3000, `data at ${at};`), 0, 3000, at);
    await handle.close();
    await ctx.store.commit({ kind: "disk", digest, file });
  });
  return { kind: "disk", digest, recipe: "" };
}

async function convert(ctx: Test, format: Format, options: { dense?: boolean } = {}) {
  const image = await commitDisk(ctx, options);
  return ConvertedImage.make!(ConvertedImage.plan({ image, format }), ctx);
}

async function exported(ctx: Test, ref: Ref, name: string): Promise<string> {
  const path = join(ctx.cwd, name);
  await exportObject(ctx.store, ref, path, { signal: ctx.signal, progress: () => {} });
  return path;
}

describe.each(["vdi", "vhdx", "vmdk"] as const)("%s", (format) => {
  test("is sound to qemu-img of another version, and equals the disk", async () => {
    const ctx = await newContext();
    const image = await convert(ctx, format);
    const file = await exported(ctx, image.ref, `machine.${format}`);
    expect(image).toMatchObject({
      format,
      sizeBytes: (await stat(file)).size,
      virtualSizeBytes: diskBytes,
    });
    await execa("qemu-img", ["check", "-f", format, file]);
    const raw = ctx.store.path("disk", (await commitDisk(ctx)).digest);
    await execa("qemu-img", ["compare", "-f", "raw", "-F", format, raw, file]);
  });
});

describe.each(["vdi", "vhdx", "vmdk", "gce", "ova", "zst"] as const)("%s", (format) => {
  test("is the same bytes again, in another store, however sparse the disk is stored", async () => {
    const first = await convert(await newContext(), format);
    const second = await convert(await newContext(), format, { dense: true });
    expect(second.ref.digest).toBe(first.ref.digest);
  });
});

describe.each(["vdi", "vhdx", "vmdk", "gce", "ova"] as const)("%s", (format) => {
  // Observed of qemu-img 7.2 and 10.0 and gzip 1.12 and 1.13 alike. The versions of the tools are part of the key all the same.
  test("is the same bytes by the container's tools and by the host's", async () => {
    const [a, b] = [await newContext("container"), await newContext("host")];
    const [inContainer, onHost] = [await convert(a, format), await convert(b, format)];
    const [one, other] = [
      await readFile(await exported(a, inContainer.ref, "one")),
      await readFile(await exported(b, onHost.ref, "other")),
    ];
    expect(firstDifference(one, other)).toBe(-1);
  });
});

function firstDifference(a: Buffer, b: Buffer): number {
  if (a.length !== b.length) return Math.min(a.length, b.length);
  return a.findIndex((byte, at) => byte !== b[at]);
}

test("a streamOptimized VMDK is compressed and names no file but its own", async () => {
  const ctx = await newContext();
  const file = await exported(ctx, (await convert(ctx, "vmdk")).ref, "web.vmdk");
  const { stdout } = await execa("qemu-img", ["info", "--output=json", "-f", "vmdk", file]);
  expect(JSON.parse(stdout)["format-specific"].data).toMatchObject({
    "create-type": "streamOptimized",
    extents: [{ compressed: true }],
  });
  expect((await readFile(file)).toString("latin1", 512, 2048)).toContain('SPARSE "disk.vmdk"');
});

test("GNU tar and gzip read the archive for Google Cloud: one disk.raw of whole GiB that is the disk", async () => {
  const ctx = await newContext();
  const image = await convert(ctx, "gce");
  expect(image.virtualSizeBytes).toBe(1024 * MiB);
  expect(image.sizeBytes).toBeLessThan(MiB);
  const file = await exported(ctx, image.ref, "image.tar.gz");
  const bytes = await readFile(file);
  expect(bytes.readUInt32LE(4), "time in the header of gzip").toBe(0);
  expect(bytes[3], "no name in the header of gzip").toBe(0);
  await execa("gzip", ["--test", file]);
  const { stdout } = await execa("tar", ["-tvzf", file, "--utc", "--full-time"]);
  expect(stdout).toMatch(/^-rw-r--r-- 0\/0 +1073741824 1970-01-01 00:00:00 disk\.raw$/);
  await execa("tar", ["-xzf", file, "-C", ctx.cwd]);
  const raw = ctx.store.path("disk", (await commitDisk(ctx)).digest);
  const extracted = join(ctx.cwd, "disk.raw");
  expect((await stat(extracted)).size).toBe(1024 * MiB);
  await execa("cmp", ["-n", `${diskBytes}`, raw, extracted]);
  await execa("qemu-img", ["compare", "-f", "raw", "-F", "raw", raw, extracted]);
});

test("an OVA holds descriptor, manifest and disk in this order, and the manifest and the disk are right", async () => {
  const ctx = await newContext();
  const image = await convert(ctx, "ova");
  const file = await exported(ctx, image.ref, "web.ova");
  const { stdout } = await execa("tar", ["-tvf", file, "--utc", "--full-time"]);
  const listed = stdout.split("\n").map((line) => line.split(/\s+/));
  expect(listed.map((line) => line.at(-1))).toEqual(["machine.ovf", "machine.mf", "disk.vmdk"]);
  expect(new Set(listed.map((line) => line[3]))).toEqual(new Set(["1970-01-01"]));
  await execa("tar", ["-xf", file, "-C", ctx.cwd]);
  const sums = (await readFile(join(ctx.cwd, "machine.mf"), "utf8")).replace(
    /^SHA256\((.*)\)= (.*)$/gm,
    "$2  $1",
  );
  await execa("sha256sum", ["--check", "--strict"], { cwd: ctx.cwd, input: sums });
  expect(sums.split("\n")).toHaveLength(3);
  const vmdk = join(ctx.cwd, "disk.vmdk");
  const descriptor = await readFile(join(ctx.cwd, "machine.ovf"), "utf8");
  expect(descriptor).toContain(`ovf:href="disk.vmdk" ovf:size="${(await stat(vmdk)).size}"`);
  expect(descriptor).toContain(`ovf:capacity="${diskBytes}"`);
  await execa("python3", ["-c", "import sys, xml.dom.minidom as m; m.parse(sys.stdin)"], {
    input: descriptor,
  });
  const raw = ctx.store.path("disk", (await commitDisk(ctx)).digest);
  await execa("qemu-img", ["compare", "-f", "raw", "-F", "vmdk", raw, vmdk]);
  expect((await convert(ctx, "vmdk")).sizeBytes).toBe((await stat(vmdk)).size);
});

test("zstd of another version unpacks the disk, whose SHA-256 is told", async () => {
  const ctx = await newContext();
  const image = await convert(ctx, "zst");
  expect(image).toMatchObject({ format: "zst", virtualSizeBytes: diskBytes });
  expect(image.sizeBytes).toBeLessThan(MiB);
  const file = await exported(ctx, image.ref, "disk.raw.zst");
  const unpacked = join(ctx.cwd, "disk.raw");
  await execa("zstd", ["-d", "-q", file, "-o", unpacked]);
  const raw = ctx.store.path("disk", (await commitDisk(ctx)).digest);
  await execa("cmp", [raw, unpacked]);
  const { stdout } = await execa("sha256sum", [unpacked]);
  expect(stdout.split(" ")[0]).toBe(image.rawSha256);
  expect((await execa("zstd", ["-lv", file])).stdout).toMatch(/Check: XXH64/);
});
