import { execFileSync } from "node:child_process";
import { constants, existsSync } from "node:fs";
import { copyFile, readdir, readFile, stat, truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { savePlan } from "../../provider/ext4/object.ts";
import { planExt4 } from "../../provider/ext4/plan.ts";
import { DiskImage } from "../../provider/flow/compose/disk-image.ts";
import { patchDisk } from "../../provider/image/patch-disk.ts";
import { writeDisk } from "../../provider/image/write-disk.ts";
import { sha256 } from "../../provider/plan/canonical.ts";
import { diskDigest } from "../../provider/plan/disk.ts";
import { partitionRequestSchema } from "../../provider/plan/layout.ts";
import { planLayout } from "../../provider/plan/plan-layout.ts";
import { encodeRecipe, type Ref } from "../../provider/plan/ref.ts";
import type { Entry, Tree } from "../../provider/tree/types.ts";
import { testContext } from "../context.ts";

let ctx: Awaited<ReturnType<typeof testContext>>;
beforeEach(async () => {
  ctx = await testContext();
});
afterEach(() => ctx.dispose());

const content = Buffer.from("what a layer holds\n".repeat(9000));

async function stored(kind: "file" | "layer", bytes: Uint8Array): Promise<Ref> {
  const digest = sha256(bytes);
  await ctx.store.stage(async (folder) => {
    const file = join(folder, "object");
    await writeFile(file, bytes);
    await ctx.store.commit({ kind, digest, file });
  });
  return { kind, digest, recipe: "" };
}

/** An ext4 plan whose one file lies 512 bytes into a layer. */
async function ext4(
  partition: { sizeBytes: number; uuid: string; label: string },
  content: Buffer,
): Promise<Ref> {
  const layer = await stored("layer", Buffer.concat([Buffer.alloc(512, 1), content]));
  const base = {
    kind: "entry",
    uid: 0,
    gid: 0,
    mtime: 1_700_000_000,
    mtimeNs: 0,
    size: 0,
  } as const;
  const items: Entry[] = [
    { ...base, path: "", type: "directory", mode: 0o755 },
    {
      ...base,
      path: "hello",
      type: "file",
      mode: 0o640,
      size: content.length,
      digest: sha256(content),
      source: 0,
      segments: [[0, 512, content.length]],
    },
  ];
  const tree: Tree = { items: [...items, { kind: "boundary" }], sources: [layer.digest] };
  const plan = planExt4(tree, {
    ...partition,
    hashSeed: partition.uuid,
    epochSeconds: 1_700_000_000,
  });
  await ctx.store.stage(async (folder) => {
    const file = join(folder, "plan");
    await savePlan(plan, file);
    const needs = [{ kind: "layer" as const, digest: layer.digest }];
    await ctx.store.commit({ kind: "ext4", digest: plan.digest, file, needs });
  });
  return { kind: "ext4", digest: plan.digest, recipe: "" };
}

/** A FAT filesystem as a tool makes it, mostly holes. */
async function fat(sizeMiB: number): Promise<Ref> {
  const path = join(ctx.cwd, "fat.img");
  await writeFile(path, "");
  await truncate(path, sizeMiB * 2 ** 20);
  execFileSync("mkfs.fat", ["--invariant", "-n", "DATA", path]);
  return stored("file", await readFile(path));
}

async function disk(table: "mbr" | "gpt", hello = content) {
  const layout = planLayout({
    seed: "demo/disk",
    table,
    roundToMiB: 128,
    partitions: [
      { name: "data", type: "fat16", sizeMiB: 16 },
      { name: "root", bootable: true, label: "rootfs" },
    ].map((p) => partitionRequestSchema.parse(p)),
  });
  const root = layout.partitions[1];
  if (!root) throw new Error("The layout has no root");
  const given = {
    layout,
    filesystems: [
      { partition: "data", content: await fat(16) },
      { partition: "root", content: await ext4(root, hello) },
    ],
    blobs: [{ offsetBytes: 0, content: await stored("file", Buffer.alloc(440, 0xfa)) }],
  };
  return { layout, root, given };
}

async function make(given: object): Promise<string> {
  const made = await DiskImage.make?.(DiskImage.plan(DiskImage.inputs.parse(given)), ctx);
  return ctx.store.path("disk", made?.ref.digest ?? "");
}

/** Bytes of a partition as a file of their own, cut out by dd. */
function cut(path: string, offsetBytes: number, sizeBytes: number): string {
  const out = join(ctx.cwd, `cut-${offsetBytes}`);
  execFileSync("dd", [
    `if=${path}`,
    `of=${out}`,
    "bs=1M",
    `skip=${offsetBytes / 2 ** 20}`,
    `count=${sizeBytes / 2 ** 20}`,
    "status=none",
  ]);
  return out;
}

describe.each(["mbr", "gpt"] as const)("a disk with a %s table", (table) => {
  test("has the partitions that sfdisk finds, with their filesystems clean", async () => {
    const { given, layout, root } = await disk(table);
    const path = await make(given);
    const read = JSON.parse(execFileSync("sfdisk", ["--json", path], { encoding: "utf8" }));
    expect(read.partitiontable.partitions.map((p: { start: number }) => p.start)).toEqual(
      layout.partitions.map((p) => p.startSector),
    );
    execFileSync("sfdisk", ["--verify", path]);
    execFileSync("e2fsck", ["-fn", `${path}?offset=${root.offsetBytes}`], { stdio: "pipe" });
    execFileSync("fsck.fat", ["-n", cut(path, 2 ** 20, 16 * 2 ** 20)]);
  });

  test("keeps the boot code in the bytes before the table", async () => {
    const { given } = await disk(table);
    const bytes = (await readFile(await make(given))).subarray(0, 512);
    expect(bytes.subarray(0, 440).every((byte) => byte === 0xfa)).toBe(true);
    expect(bytes.readUInt16LE(510)).toBe(0xaa55);
  });
});

describe("a disk", () => {
  test("has the layer's bytes in its ext4", async () => {
    const { given, root } = await disk("mbr");
    const path = await make(given);
    const read = execFileSync(
      "debugfs",
      ["-R", "cat /hello", `${path}?offset=${root.offsetBytes}`],
      { stdio: ["ignore", "pipe", "ignore"] },
    );
    expect(read.equals(content)).toBe(true);
  });

  test("has every byte of a filesystem that is a file, and its holes take no space", async () => {
    const { given } = await disk("mbr");
    const path = await make(given);
    execFileSync("cmp", [cut(path, 2 ** 20, 16 * 2 ** 20), join(ctx.cwd, "fat.img")]);
    const { size, blocks } = await stat(path);
    expect(size).toBe(128 * 2 ** 20);
    expect(blocks * 512).toBeLessThan(size / 4);
  });

  test("is the same twice, in stores of their own", async () => {
    const { given } = await disk("gpt");
    const first = await make(given);
    const kept = join(ctx.cwd, "first.raw");
    await copyFile(first, kept);
    const other = await testContext();
    const before = ctx;
    ctx = other;
    try {
      execFileSync("cmp", [kept, await make((await disk("gpt")).given)]);
    } finally {
      ctx = before;
      await other.dispose();
    }
  });

  test("is refused when boot code would cover the table", async () => {
    const { given } = await disk("mbr");
    const blobs = [{ offsetBytes: 0, content: await stored("file", Buffer.alloc(512, 1)) }];
    await expect(make({ ...given, blobs })).rejects.toThrow(
      "the blob at byte 0 (to byte 512) and the partition table (from byte 440) overlap",
    );
  });

  test("is refused when a filesystem is larger than its partition", async () => {
    const { given } = await disk("mbr");
    const content = await stored("file", Buffer.alloc(17 * 2 ** 20, 1));
    await expect(make({ ...given, filesystems: [{ partition: "data", content }] })).rejects.toThrow(
      'Partition "data" has 16777216 bytes but its filesystem has 17825792',
    );
  });

  test("leaves nothing in the store when it is stopped", async () => {
    const { given } = await disk("mbr");
    const plan = DiskImage.plan(DiskImage.inputs.parse(given));
    await expect(DiskImage.make?.(plan, { ...ctx, signal: AbortSignal.abort() })).rejects.toThrow(
      "abort",
    );
    expect(await ctx.store.has("disk", diskDigest(plan))).toBe(false);
    expect(await readdir(join(ctx.store.root, "stages"))).toEqual([]);
  });
});

describe("a disk that is made of the one before it", () => {
  let before: Ref;
  let old: Awaited<ReturnType<typeof disk>>;
  const path = () => join(ctx.cwd, "next.raw");
  const copy = (from: string, to: string) => copyFile(from, to, constants.COPYFILE_EXCL);
  const planOf = (given: object) => DiskImage.plan(DiskImage.inputs.parse(given));
  beforeEach(async () => {
    old = await disk("gpt");
    const plan = planOf(old.given);
    await make(old.given);
    const recipe = encodeRecipe({ step: "DiskImage", version: 1, plan, urn: "" });
    before = { kind: "disk", digest: diskDigest(plan), recipe };
  });

  test.each([
    ["a longer file", Buffer.concat([content, content])],
    ["a shorter file", content.subarray(0, 100)],
    ["other bytes", Buffer.from(content).fill("other", 5000, 6000)],
    ["the same", content],
  ])("has the bytes of one written anew: %s", async (_, hello) => {
    const { given } = await disk("gpt", hello);
    expect(await patchDisk(planOf(given), before, path(), ctx, copy)).toBe(true);
    execFileSync("cmp", [path(), await make(given)]);
  });

  test.each([
    ["the boot code differs", async () => ({ blobs: [] })],
    ["another partition differs", async () => ({ filesystems: old.given.filesystems.slice(1) })],
    ["the table differs", async () => ({ layout: (await disk("mbr")).layout })],
  ])("is written anew where %s", async (_, change) => {
    const plan = planOf({ ...(await disk("gpt", content.subarray(9))).given, ...(await change()) });
    expect(await patchDisk(plan, before, path(), ctx, copy)).toBe(false);
    expect(existsSync(path())).toBe(false);
  });

  test("is written anew where nothing can be cloned, where nothing is known of the one before, and where that is gone", async () => {
    const plan = planOf((await disk("gpt", content.subarray(9))).given);
    const cannot = () => Promise.reject(new Error("ENOTSUP"));
    expect(await patchDisk(plan, before, path(), ctx, cannot)).toBe(false);
    expect(await patchDisk(plan, undefined, path(), ctx, copy)).toBe(false);
    expect(await patchDisk(plan, { ...before, recipe: "" }, path(), ctx, copy)).toBe(false);
    const another = { ...before, digest: sha256(content) };
    expect(await patchDisk(plan, another, path(), ctx, copy)).toBe(false);
    await ctx.store.discard(before);
    expect(await patchDisk(plan, before, path(), ctx, copy)).toBe(false);
  });

  test("is what an update makes, whatever the filesystem can do", async () => {
    const { given } = await disk("gpt", content.subarray(9));
    const made = await DiskImage.make!(planOf(given), { ...ctx, previous: before });
    const anew = join(ctx.cwd, "anew.raw");
    await writeDisk(planOf(given), anew, ctx);
    execFileSync("cmp", [anew, ctx.store.path("disk", made.ref.digest)]);
  });
});
