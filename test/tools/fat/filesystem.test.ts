import { mkdir, readdir, readFile, stat } from "node:fs/promises";
import { join, relative } from "node:path";
import { execa } from "execa";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { Filesystem } from "../../../provider/flow/compose/filesystem.ts";
import { sha256 } from "../../../provider/plan/canonical.ts";
import { fatTypes } from "../../../provider/plan/fat-type.ts";
import { partitionRequestSchema } from "../../../provider/plan/layout.ts";
import { planLayout } from "../../../provider/plan/plan-layout.ts";
import type { Ref } from "../../../provider/plan/ref.ts";
import { testContext } from "../../context.ts";
import { commitTree, mtime, type TestFile } from "./trees.ts";

let ctx: Awaited<ReturnType<typeof testContext>>;
beforeEach(async () => {
  ctx = await testContext();
});
afterEach(() => ctx.dispose());

const sizes = { fat12: 4, fat16: 40, fat32: 40 };

function partitionOf(type: keyof typeof sizes, more: object = {}) {
  const request = partitionRequestSchema.parse({ name: "data", type, label: "DATA", ...more });
  const partitions = [{ ...request, sizeMiB: sizes[type] }];
  return planLayout({ seed: "demo", table: "mbr", roundToMiB: 1, partitions }).partitions[0]!;
}

async function make(given: object, world = ctx) {
  const made = await Filesystem.make?.(Filesystem.plan(Filesystem.inputs.parse(given)), world);
  return { ...made!, image: world.store.path("file", made!.ref.digest) };
}

/** Names that need long entries, case, more than one cluster, many entries, and nothing at all. */
const files: TestFile[] = [
  { path: "README", content: Buffer.from("8.3 in capitals\n") },
  { path: "syslinux.cfg", content: Buffer.from("8.3 in small letters\n") },
  { path: "A name with spaces and more.than one dot.text", content: Buffer.alloc(70_001, 7) },
  { path: "Grüße, 世界 🚀.txt", content: Buffer.from("not ASCII") },
  { path: "x".repeat(255), content: Buffer.from("the longest name") },
  { path: "longfi~1.txt", content: Buffer.from("a name that looks made") },
  { path: "longfilename.txt", content: Buffer.from("whose short name is taken") },
  { path: "longfilename2.txt", content: Buffer.from("and again") },
  { path: "+a,b;c=[d].e", content: Buffer.from("signs that only long names have") },
  { path: ".hidden", content: Buffer.from("begins with a dot") },
  { path: "empty" },
  { path: "read-only", mode: 0o444, content: Buffer.from("x") },
  { path: "old", mtime: 0, content: Buffer.from("from before FAT") },
  { path: "EFI/BOOT/BOOTX64.EFI", content: Buffer.alloc(123_456, "MZ") },
  { path: "empty directory", type: "directory", mode: 0o755 },
  ...Array.from({ length: 300 }, (_, i) => ({
    path: `many/files in one directory/file number ${i}`,
    content: Buffer.from(`${i}\n`),
  })),
];

describe.each(fatTypes)("a %s filesystem", (type) => {
  test("holds the tree as mtools, 7-Zip and fsck.fat read it", async () => {
    const tree = await commitTree(ctx.store, files);
    const partition = partitionOf(type);
    const { image, sizeBytes, freeBytes } = await make({ type, tree, partition });
    expect((await stat(image)).size).toBe(sizeBytes);
    await expectSound(image);
    expect(await contentsBy7Zip(image)).toEqual(expectedContents());
    const { contents, free } = await byMtools(image);
    // mtools knows only the characters of two bytes.
    const shown = expectedContents().map((line) => line.replace("🚀", "__"));
    expect(contents).toEqual(shown.sort());
    expect(free).toBe(freeBytes);
  });

  test("has the kind, label, serial number and place that its partition says", async () => {
    const partition = partitionOf(type);
    const { image } = await make({ type, partition });
    await expectSound(image);
    const { stdout } = await execa("minfo", ["-v", "-i", image, "::"], mtools);
    const field = (name: string) => new RegExp(`^${name}[:=] *(.*)`, "m").exec(stdout)?.[1]?.trim();
    expect(field("disk label")).toBe('"DATA       "');
    expect(field("disk type")).toBe(`"${type.toUpperCase()}   "`);
    expect(field("serial number")).toBe(partition.uuid.replace("-", ""));
    expect(field("hidden sectors")).toBe("2048");
    expect((await execa("mlabel", ["-s", "-i", image, "::"], mtools)).stdout).toContain(
      "Volume label is DATA",
    );
  });

  test("is bit-identical from another store, later", async () => {
    const other = await testContext();
    const partition = partitionOf(type);
    const digests: string[] = [];
    for (const world of [ctx, other]) {
      const tree = await commitTree(world.store, files);
      digests.push((await make({ type, tree, partition }, world)).ref.digest);
    }
    expect(digests[1]).toBe(digests[0]);
    await other.dispose();
  });

  test("can be filled to its last cluster, and not further", async () => {
    const partition = partitionOf(type);
    const empty = await make({ type, partition });
    const filled = (bytes: number) =>
      commitTree(ctx.store, [{ path: "all", content: Buffer.alloc(bytes, 1) }]);
    const full = await make({ type, partition, tree: await filled(empty.freeBytes) });
    expect(full.freeBytes).toBe(0);
    await expectSound(full.image);
    await expect(
      make({ type, partition, tree: await filled(empty.freeBytes + 1) }),
    ).rejects.toMatchObject({
      name: "ContentError",
      message: expect.stringMatching(/room for \d+\n\(set the partition's sizeMiB to at least/),
    });
  });
});

test("a subtree becomes the root, with the files of a boot loader beside it", async () => {
  const tree = await commitTree(ctx.store, [
    { path: "boot/Config-6.1", content: Buffer.from("config") },
    { path: "etc/passwd", type: "symlink", target: "shadow" },
  ]);
  const content: Ref = {
    kind: "file",
    digest: await ctx.store.putBytes(Buffer.from("kernel")),
    recipe: "",
  };
  const install = {
    partition: "data",
    method: "files",
    directory: "/EFI/BOOT",
    files: [{ path: "/EFI/BOOT/BOOTX64.EFI", mode: 0o644, content }],
  };
  const given = { type: "fat16", subtree: "/boot", tree, installs: [install] };
  const { image } = await make({ ...given, partition: partitionOf("fat16") });
  await expectSound(image);
  expect((await byMtools(image)).contents).toEqual([
    line("Config-6.1", Buffer.from("config")),
    line("EFI/BOOT/BOOTX64.EFI", Buffer.from("kernel")),
  ]);
});

test("times are written in UTC to the even second before, and none before 1980", async () => {
  const tree = await commitTree(ctx.store, files);
  const { image } = await make({ type: "fat16", tree, partition: partitionOf("fat16") });
  const { stdout } = await execa("7z", ["l", "-slt", image], { env: { TZ: "UTC" } });
  const modified = (path: string) =>
    new RegExp(`^Path = ${path}\\n(?:.*\\n)*?Modified = (.*)`, "m").exec(stdout)?.[1];
  expect(modified("README")).toBe("2020-02-29 12:34:56");
  expect(modified("EFI")).toBe("2020-02-29 12:34:56");
  expect(modified("old")).toBe("1980-01-01 00:00:00");
  expect(mtime % 2).toBe(1);
});

const mtools = { env: { TZ: "UTC", LC_ALL: "C.UTF-8", MTOOLS_SKIP_CHECK: "0" } };

async function expectSound(image: string): Promise<void> {
  const checked = await execa("fsck.fat", ["-n", "-v", image], { reject: false, all: true });
  expect([checked.exitCode, checked.all]).toEqual([
    0,
    expect.not.stringMatching(/warning|differ/i),
  ]);
}

function expectedContents(): string[] {
  return files
    .filter(({ type }) => type !== "directory")
    .map(({ path, content }) => line(path, content ?? new Uint8Array()))
    .sort();
}

function line(path: string, content: Uint8Array): string {
  return `${path}: ${sha256(content)}`;
}

async function byMtools(image: string) {
  const folder = join(ctx.cwd, "mtools");
  await mkdir(folder);
  await execa("mcopy", ["-s", "-n", "-i", image, "::", folder], mtools);
  const { stdout } = await execa("mdir", ["-i", image, "::"], mtools);
  const free = Number(/([\d ]+) bytes free/.exec(stdout)?.[1]?.replaceAll(" ", ""));
  return { contents: await contentsIn(folder), free };
}

async function contentsBy7Zip(image: string) {
  const folder = join(ctx.cwd, "7z");
  await execa("7z", ["x", `-o${folder}`, image], { env: { LC_ALL: "C.UTF-8" } });
  return contentsIn(folder);
}

async function contentsIn(folder: string): Promise<string[]> {
  const found: string[] = [];
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true }))
    if (entry.isFile()) {
      const path = join(entry.parentPath, entry.name);
      found.push(line(relative(folder, path), await readFile(path)));
    }
  return found.sort();
}
