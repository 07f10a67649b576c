import { chmod, mkdir, open, stat, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { findResource, findStep } from "../../provider/flow/index.ts";
import { checkInputs } from "../../provider/lifecycle/check.ts";
import { put, read } from "../../provider/lifecycle/operate.ts";
import { damagedBelow, demandSound } from "../../provider/lifecycle/verify.ts";
import type { Layout } from "../../provider/plan/layout.ts";
import type { Ref } from "../../provider/plan/ref.ts";
import { sha256File } from "../../provider/store/verify.ts";
import { testContext } from "../context.ts";

let ctx: Awaited<ReturnType<typeof testContext>>;
let disk: Ref;
let layer: Ref;
let whole: string;

beforeEach(async () => {
  ctx = await testContext({ find: findStep });
  await mkdir(join(ctx.cwd, "root"));
  await writeFile(join(ctx.cwd, "root", "file"), "a".repeat(100_000));
  const rootfs = await make("Rootfs", { source: { directory: "root" } });
  const seed = "project/web";
  const partitions = [{ name: "root", sizeMiB: 80, mountPoint: "/" }];
  const { layout } = (await make("PartitionLayout", { seed, roundToMiB: 1, partitions })) as {
    layout: Layout;
  };
  const filesystem = await make("Filesystem", {
    tree: rootfs.ref,
    partition: layout.partitions[0],
  });
  const filesystems = [{ partition: "root", content: filesystem.ref }];
  disk = (await make("DiskImage", { layout, filesystems })).ref as Ref;
  const [need] = await ctx.store.needs(rootfs.ref as Ref);
  layer = { ...(need as Ref), recipe: "" };
  whole = await sha256File(ctx.store.path("disk", disk.digest));
});
afterEach(() => ctx.dispose());

async function make(
  name: string,
  given: Record<string, unknown>,
): Promise<Record<string, unknown>> {
  const resource = findResource(name);
  if (!resource) throw new Error(`there is no ${name}`);
  const { inputs, problems } = await checkInputs(resource, given, ctx);
  expect(problems).toEqual([]);
  return put(resource, inputs, ctx);
}

/** Flips one bit so that neither size nor times tell. */
async function flipBit({ kind, digest }: Ref, at: number): Promise<void> {
  const path = ctx.store.path(kind, digest);
  const { atime, mtimeNs } = await stat(path, { bigint: true }).then((s) => ({
    atime: s.atime,
    mtimeNs: s.mtimeNs,
  }));
  await chmod(path, 0o644);
  const file = await open(path, "r+");
  const byte = Buffer.alloc(1);
  await file.read(byte, 0, 1, at);
  byte[0] = (byte[0] ?? 0) ^ 1;
  await file.write(byte, 0, 1, at);
  await file.close();
  await chmod(path, 0o444);
  // Whole seconds and a fraction that a double holds: the store compares nanoseconds.
  await utimes(path, atime, Number(mtimeNs) / 1e9);
}

/** The same object with a time that can be set again exactly, and a seal that says so. */
async function roundTime(ref: Ref): Promise<void> {
  const path = ctx.store.path(ref.kind, ref.digest);
  const seal = join(ctx.store.root, "seals", ref.kind, `${ref.digest.slice(7)}.json`);
  await utimes(path, 1_700_000_000, 1_700_000_000);
  const { size, mtimeNs } = await stat(path, { bigint: true });
  const needs = await ctx.store.needs(ref);
  await writeFile(seal, JSON.stringify({ sizeBytes: `${size}`, mtimeNs: `${mtimeNs}`, needs }));
}

test.each([
  ["in the filesystem", 1_048_576 + 70_000],
  ["in the partition table", 446],
  ["between table and partition", 600_000],
])(
  "a bit of the disk flipped %s, with size and times unchanged, is found on refresh and made again",
  async (_where, at) => {
    await roundTime(disk);
    await flipBit(disk, at);
    expect(await ctx.store.condition(disk)).toBe("there");
    const resource = findResource("DiskImage");
    if (!resource) throw new Error("there is no DiskImage");
    expect((await read(resource, { ref: disk }, ctx))?.drift).toContain("is damaged");
    await ctx.materialise(disk);
    expect(await sha256File(ctx.store.path("disk", disk.digest))).toBe(whole);
  },
);

test("a flipped bit in a layer is healed, and the disk above it stays right, before anything is published", async () => {
  await roundTime(layer);
  await flipBit(layer, 70_000);
  await demandSound([disk], ctx);
  expect(await sha256File(ctx.store.path("layer", layer.digest))).toBe(layer.digest);
  expect(await sha256File(ctx.store.path("disk", disk.digest))).toBe(whole);
});

test("sound objects are found sound", async () => {
  expect(await damagedBelow(disk, ctx)).toEqual([]);
});
