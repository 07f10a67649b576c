import { mkdtemp, open, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import { afterEach, beforeEach, expect, test } from "vitest";
import { sparseHeader } from "../../provider/convert/sparse-tar.ts";
import { tarEnd } from "../../provider/tree/tar-writer.ts";

const GiB = 1024 ** 3;
let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "bootwright-test-"));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

// The header has room for 4 ranges, and each further block for 21; a hole at the end takes one more. 8 GiB is where octal ends.
test.each([
  ["nothing", 0, GiB],
  ["ranges that fill the header", 3, GiB],
  ["one more than fits in the header", 4, GiB],
  ["ranges that fill a further block", 24, GiB],
  ["one more than fits in a further block", 25, GiB],
  ["ranges behind 8 GiB", 60, 20 * GiB],
])("GNU tar extracts a sparse file of %s", async (_what, count, sizeBytes) => {
  const step = Math.floor(sizeBytes / (count + 1) / 512) * 512;
  const data = Array.from({ length: count }, (_, i) => ({ start: i * step, end: i * step + 1024 }));
  const content = data.map((_, i) => Buffer.alloc(1024, `range ${i};`));
  const header = sparseHeader({ name: "disk.raw", sizeBytes, data });
  await writeFile(join(folder, "a.tar"), Buffer.concat([header, ...content, tarEnd]));
  await execa("tar", ["-xf", "a.tar"], { cwd: folder });
  const file = await open(join(folder, "disk.raw"));
  expect((await file.stat()).size).toBe(sizeBytes);
  expect((await file.stat()).blocks * 512).toBeLessThanOrEqual(count * 8192);
  for (const [i, { start }] of data.entries()) {
    const { buffer } = await file.read(Buffer.alloc(2048), 0, 2048, start);
    expect(buffer.equals(Buffer.concat([content[i]!, Buffer.alloc(1024)]))).toBe(true);
  }
  await file.close();
});
