import { readFile, truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { execa } from "execa";
import { afterEach, beforeEach, expect, test } from "vitest";
import { DiskImage } from "../../provider/flow/compose/disk-image.ts";
import { Filesystem } from "../../provider/flow/compose/filesystem.ts";
import { partitionRequestSchema } from "../../provider/plan/layout.ts";
import { planLayout } from "../../provider/plan/plan-layout.ts";
import type { Ref } from "../../provider/plan/ref.ts";
import { testContext } from "../context.ts";
import { commitTree } from "./fat/trees.ts";

let ctx: Awaited<ReturnType<typeof testContext>>;
beforeEach(async () => {
  ctx = await testContext();
});
afterEach(() => ctx.dispose());

const offset = 1024 * 1024;

/** A disk of 3 MiB with data at both ends. */
async function commitDisk(): Promise<Ref> {
  const digest = `sha256:${"d".repeat(64)}`;
  await ctx.store.stage(async (folder) => {
    const file = join(folder, "disk");
    await writeFile(file, "the first bytes");
    await truncate(file, 3 * 1024 * 1024 - 4);
    await writeFile(file, "last", { flag: "a" });
    await ctx.store.commit({ kind: "disk", digest, file });
  });
  return { kind: "disk", digest, recipe: "" };
}

/** A disk with one filesystem that holds a file and a disk. */
async function diskWithFiles(type: "ext4" | "fat16", mode: number) {
  const partitions = [
    partitionRequestSchema.parse({ name: "data", filesystem: type, sizeMiB: 64 }),
  ];
  const layout = planLayout({ seed: "demo", table: "gpt", roundToMiB: 1, partitions });
  const [partition] = layout.partitions;
  const digest = await ctx.store.putBytes(Buffer.from("an artefact"));
  const file: Ref = { kind: "file", digest, recipe: "" };
  const files = [
    { path: "/images/machine.raw", content: await commitDisk(), mode },
    { path: "/artefact.bin", content: file },
  ];
  const tree = await commitTree(ctx.store, [{ path: "own", content: Buffer.from("the tree's") }]);
  const given = Filesystem.inputs.parse({ type, partition, files, tree });
  const { ref } = (await Filesystem.make?.(Filesystem.plan(given), ctx))!;
  const disk = { layout, filesystems: [{ partition: "data", content: ref }] };
  const plan = DiskImage.plan(DiskImage.inputs.parse(disk));
  const path = ctx.store.path("disk", (await DiskImage.make?.(plan, ctx))!.ref.digest);
  return { path, machine: ctx.store.path("disk", `sha256:${"d".repeat(64)}`), ref };
}

test("an ext4 holds artefacts as files beside its tree, as debugfs and e2fsck read them", async () => {
  const { path, machine } = await diskWithFiles("ext4", 0o600);
  const image = `${path}?offset=${offset}`;
  await execa("e2fsck", ["-fn", image]);
  const debugfs = async (request: string) =>
    (await execa("debugfs", ["-R", request, image], { encoding: "buffer" })).stdout;
  expect(
    Buffer.from(await debugfs("cat /images/machine.raw")).equals(await readFile(machine)),
  ).toBe(true);
  expect(Buffer.from(await debugfs("cat /artefact.bin")).toString()).toBe("an artefact");
  expect(Buffer.from(await debugfs("cat /own")).toString()).toBe("the tree's");
  expect(Buffer.from(await debugfs("stat /images/machine.raw")).toString()).toMatch(
    /Mode: {2}0600/,
  );
});

test("a FAT holds artefacts as files beside its tree, as mtools and fsck.fat read them", async () => {
  const { path, machine, ref } = await diskWithFiles("fat16", 0o644);
  await execa("fsck.fat", ["-n", ctx.store.path("file", ref.digest)]);
  const env = { MTOOLS_SKIP_CHECK: "1" };
  await execa("mcopy", ["-s", "-n", "-i", `${path}@@${offset}`, "::", ctx.cwd], { env });
  const read = (name: string) => readFile(join(ctx.cwd, name));
  expect((await read("images/machine.raw")).equals(await readFile(machine))).toBe(true);
  expect((await read("artefact.bin")).toString()).toBe("an artefact");
  expect((await read("own")).toString()).toBe("the tree's");
});
