import { constants } from "node:fs";
import { type FileHandle, mkdir, mkdtemp, open, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { execa } from "execa";
import { afterEach, beforeEach, expect, test } from "vitest";
import { work } from "../../../bin/setup/paths.ts";
import { LongWrites, pagedBuffer } from "../../../provider/tree/long-writes.ts";

const mib = 2 ** 20;
let folder = "";
let path = "";
let file: FileHandle;

beforeEach(async () => {
  // Not in /tmp: on many machines that is nothing but page cache.
  await mkdir(work, { recursive: true });
  folder = await mkdtemp(join(work, "long-writes-"));
  path = join(folder, "disk");
  file = await open(path, "wx+");
});

afterEach(async () => {
  await file.close();
  await rm(folder, { recursive: true, force: true });
});

/** Bytes that differ from place to place. */
function fill(bytes: Buffer, seed: number): Buffer {
  for (let at = 0; at < bytes.length; at += 4) bytes.writeUInt32LE((at * 31 + seed) >>> 0, at);
  return bytes;
}

const cases: readonly [string, (bytes: number) => Buffer, { offset: number; length: number }][] = [
  ["a long run in paged memory", pagedBuffer, { offset: mib, length: 4 * mib }],
  ["a long run in memory that is not", Buffer.allocUnsafe, { offset: mib, length: 4 * mib }],
  ["a long run at an odd place", pagedBuffer, { offset: 63 * 512, length: 2 * mib }],
  ["a long run of an odd length", pagedBuffer, { offset: 0, length: 2 * mib - 512 }],
  ["a short run", pagedBuffer, { offset: mib, length: 4096 }],
];

test.each(cases)("%s is read back as it was written, beside what was there", async (...row) => {
  const [, allocate, { offset, length }] = row;
  const [before, bytes] = [fill(Buffer.alloc(8 * mib), 1), fill(allocate(length), 2)];
  await file.write(before, 0, before.length, 0);
  const writes = new LongWrites(file);
  await writes.write(bytes, offset);
  await writes.write(fill(Buffer.alloc(4096), 3), 7 * mib);
  await writes.close();
  bytes.copy(before, offset);
  fill(Buffer.alloc(4096), 3).copy(before, 7 * mib);
  expect((await readFile(path)).equals(before)).toBe(true);
});

test("what could not be written is an error, and the file can be closed", async () => {
  const reading = await open(path, constants.O_RDONLY);
  const writes = new LongWrites(reading);
  await writes.close();
  await reading.close();
  await expect(writes.write(pagedBuffer(mib), 0)).rejects.toThrow("closed");
});

test.runIf(process.platform === "linux")(
  "a long run does not stay in the page cache, a short one does",
  async () => {
    const writes = new LongWrites(file);
    await writes.write(fill(pagedBuffer(4 * mib), 1), 0);
    await writes.write(fill(pagedBuffer(4096), 1), 4 * mib);
    await writes.close();
    const { stdout } = await execa("fincore", ["--bytes", "--noheadings", "--output", "RES", path]);
    expect(Number(stdout)).toBeGreaterThan(0);
    expect(Number(stdout)).toBeLessThan(mib);
  },
);
