import { execFileSync } from "node:child_process";
import { mkdir, mkdtemp, open, rm, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { Ext4Reader } from "../../../provider/ext4/reader/reader.ts";
import { PartitionBytes } from "../../../provider/ext4/reader/source.ts";
import { ext4Tar } from "../../../provider/ext4/reader/tar.ts";
import { readTar } from "../../../provider/tree/tar-reader.ts";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "bootwright-test-"));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

type Piece = readonly [at: number, text: string];

/** An ext4 of sparse files, each with its length and what it has of data. */
async function disk(
  files: Record<string, readonly [size: number, ...Piece[]]>,
  options: readonly string[] = [],
): Promise<string> {
  for (const [name, [size, ...pieces]] of Object.entries(files)) {
    const path = join(folder, "root", name);
    await mkdir(dirname(path), { recursive: true });
    const file = await open(path, "w");
    for (const [at, text] of pieces) await file.write(text, at);
    await file.truncate(size);
    await file.close();
  }
  const image = join(folder, "disk.raw");
  await writeFile(image, "");
  await truncate(image, 2 ** 24);
  execFileSync("mke2fs", ["-qF", "-t", "ext4", ...options, "-d", join(folder, "root"), image]);
  return image;
}

/** The tar of a disk, and what was left out of it. */
async function tarOf(image: string): Promise<{ tar: Buffer; leftOut: string[] }> {
  const file = await open(image);
  try {
    const partition = new PartitionBytes(file, 0, (await file.stat()).size);
    const leftOut: string[] = [];
    const pieces: Buffer[] = [];
    for await (const piece of ext4Tar(await Ext4Reader.open(partition), (path) =>
      leftOut.push(path),
    ))
      pieces.push(Buffer.from(piece));
    return { tar: Buffer.concat(pieces), leftOut };
  } finally {
    await file.close();
  }
}

test.each([
  [["-b", "1024"]],
  [["-b", "4096"]],
  [["-b", "1024", "-O", "^extent,^64bit"]],
  [["-b", "1024", "-O", "bigalloc", "-C", "16384"]],
])(
  "holes take no room in the layer, and its bytes are those of the disk (mke2fs %s)",
  async (options) => {
    const big = 10 * 2 ** 30;
    const image = await disk(
      {
        hole: [big],
        tail: [2 ** 25, [0, "a"], [5_000, "b"], [300_000, "c"], [3_000_000, "d".repeat(9000)]],
        ends: [20_001, [19_000, "e".repeat(1001)]],
        "boot/core": [40_000, [30_000, "f"]],
      },
      options,
    );
    const { tar } = await tarOf(image);
    expect(tar.length).toBeLessThan(300_000);
    const found: Record<string, unknown> = {};
    for await (const member of readTar(single(tar))) {
      const { path, type, size, regions } = member;
      const data = regions.map(([at, from, length]) => [at, tar.subarray(from, from + length)]);
      if (type === "file") found[path] = { size, data };
    }
    const padded = (text: string, from: number, length: number) => {
      const bytes = Buffer.alloc(length);
      bytes.write(text, from);
      return bytes;
    };
    const near = Buffer.concat([padded("a", 0, 4096), padded("b", 904, 4096)]);
    expect(found).toEqual({
      hole: { size: big, data: [] },
      tail: {
        size: 2 ** 25,
        data: [
          [0, near],
          [299_008, padded("c", 992, 4096)],
          [2_998_272, padded("d".repeat(9000), 1728, 12288)],
        ],
      },
      ends: { size: 20_001, data: [[16_384, padded("e".repeat(1001), 2616, 3617)]] },
      "boot/core": { size: 40_000, data: [[0, padded("f", 30_000, 40_000)]] },
    });
    await writeFile(join(folder, "layer.tar"), tar);
    execFileSync("tar", ["-xf", "layer.tar", "tail", "ends"], { cwd: folder });
    execFileSync("cmp", ["tail", "root/tail"], { cwd: folder });
    execFileSync("cmp", ["ends", "root/ends"], { cwd: folder });
  },
);

test("a disk of files that claim more than it can mean is refused before room is taken", async () => {
  const image = await disk({ a: [200 * 2 ** 30], b: [200 * 2 ** 30] });
  await expect(tarOf(image)).rejects.toThrow(/"\/b" has 214748364800 bytes: more than .* of holes/);
});

test("files that share their blocks are refused before they take more room than the disk", async () => {
  const files = { a: [2 ** 23, [0, "x".repeat(2 ** 23)]], b: [1], c: [1] } as const;
  const image = await disk(files, ["-O", "^metadata_csum"]);
  const file = await open(image, "r+");
  const [from = 0, ...others] = ["a", "b", "c"].map((name) => {
    const said = execFileSync("debugfs", ["-R", `imap ${name}`, image], { stdio: "pipe" });
    const [, block, offset] = /block (\d+), offset (0x[0-9a-f]+)/.exec(said.toString())!;
    return Number(block) * 1024 + Number(offset);
  });
  const { buffer: inode } = await file.read(Buffer.alloc(128), 0, 128, from);
  for (const other of others) await file.write(inode, 0, 128, other);
  await file.close();
  await expect(tarOf(image)).rejects.toThrow("files have more blocks than the 16384");
});

test("a name that would delete another in a layer is named, and deletes nothing", async () => {
  const image = await disk({ "d/.wh.file": [1], "d/file": [1], ".wh.folder/inner": [1] });
  const { tar, leftOut } = await tarOf(image);
  const names: string[] = [];
  for await (const { path } of readTar(single(tar))) names.push(path);
  expect(names).toEqual(["", "d", "d/file", "lost+found"]);
  expect(leftOut.sort()).toEqual([".wh.folder", "d/.wh.file"]);
});

async function* single(bytes: Buffer): AsyncGenerator<Buffer> {
  yield bytes;
}
