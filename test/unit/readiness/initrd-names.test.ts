import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync, zstdCompressSync } from "node:zlib";
import { afterEach, beforeEach, expect, test } from "vitest";
import { newcHeader, newcTrailer, paddingBytes } from "../../../provider/cpio/newc.ts";
import { initrdNames } from "../../../provider/readiness/initrd-names.ts";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "bootwright-initrd-"));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

function archive(...names: string[]): Buffer {
  const content = Buffer.from("content");
  const members = names.map((name, ino) => {
    const rest = { mode: 0o100644, uid: 0, gid: 0, nlink: 1, mtime: 0, size: content.length, ino };
    return Buffer.concat([newcHeader({ name, ...rest }), content, Buffer.alloc(paddingBytes(7))]);
  });
  const body = Buffer.concat(members);
  return Buffer.concat([body, newcTrailer(body.length)]);
}

async function namesIn(bytes: Buffer): Promise<string[]> {
  const file = join(folder, "initrd");
  await writeFile(file, bytes);
  return initrdNames(file, () => {
    throw new Error("no xz here");
  });
}

const early = archive("kernel/x86/microcode/GenuineIntel.bin");
const main = archive("init", "usr/lib/modules/6.1/a.ko", "usr/lib/modules/6.1/b.ko.xz");
const mainNames = ["init", "usr/lib/modules/6.1/a.ko", "usr/lib/modules/6.1/b.ko.xz"];
const both = ["kernel/x86/microcode/GenuineIntel.bin", ...mainNames];

test.each<[string, Buffer, string[]]>([
  ["a plain archive", main, mainNames],
  ["two plain archives with zeros between", Buffer.concat([early, Buffer.alloc(4096), main]), both],
  ["gzip", gzipSync(main), mainNames],
  ["zstd", zstdCompressSync(main), mainNames],
  ["microcode first, then gzip", Buffer.concat([early, Buffer.alloc(1000), gzipSync(main)]), both],
  ["microcode first, then zstd", Buffer.concat([early, zstdCompressSync(main)]), both],
  ["two archives in one stream", gzipSync(Buffer.concat([early, Buffer.alloc(512), main])), both],
  ["nothing", Buffer.alloc(0), []],
])("names in %s", async (_title, bytes, names) => {
  expect(await namesIn(bytes)).toEqual(names);
});

test.each<[string, Buffer, string]>([
  ["another format", Buffer.from("BZh91AY&SY"), "neither a cpio archive"],
  ["an archive that is cut off", main.subarray(0, 300), "truncated"],
  ["an archive whose header is damaged", Buffer.from(`070701${"z".repeat(200)}`), "damaged"],
  [
    "gzip that is damaged",
    Buffer.concat([gzipSync(main).subarray(0, 40), Buffer.alloc(99, 7)]),
    "damaged",
  ],
])("refuses %s", async (_title, bytes, reason) => {
  await expect(namesIn(bytes)).rejects.toThrow(reason);
});
