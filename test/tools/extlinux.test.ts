import { execFileSync } from "node:child_process";
import { mkdtemp, readFile, rm, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { patchExtlinux, prepareExtlinux } from "../../provider/plan/extlinux.ts";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "extlinux-"));
});
afterEach(() => rm(folder, { recursive: true }));

/** Lets syslinux install itself on a FAT image of one-sector clusters: what it wrote, and into which sectors. */
async function installed(fat: { bits: "16" | "32"; fragmented?: boolean }) {
  const image = join(folder, "fat.img");
  await writeFile(image, "");
  await truncate(image, (fat.bits === "16" ? 16 : 64) * 2 ** 20);
  const env = { ...process.env, TMPDIR: folder, MTOOLS_SKIP_CHECK: "1" };
  const run = (tool: string, ...args: string[]) =>
    execFileSync(tool, args, { env, encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] });
  run("mkfs.fat", "-F", fat.bits, "-s", "1", image);
  if (fat.fragmented) {
    const names = Array.from({ length: 60 }, (_, i) => join(folder, `f${i}`));
    for (const name of names) await writeFile(name, "x".repeat(512 * 3));
    run("mcopy", "-i", image, ...names, "::");
    run("mdel", "-i", image, ...names.flatMap((_, i) => (i % 2 ? [`::f${i}`] : [])));
  }
  run("syslinux", "--install", image);
  const copy = join(folder, "ldlinux.sys");
  run("mcopy", "-n", "-o", "-i", image, "::ldlinux.sys", copy);
  const bytes = await readFile(image);
  const ldlinuxSys = await readFile(copy);
  const clusters = [
    ...run("mshowfat", "-i", image, "::ldlinux.sys").matchAll(/<(\d+)(?:-(\d+))?>/g),
  ]
    .map(([, from, to]) => [Number(from), Number(to ?? from)] as const)
    .flatMap(([from, to]) => Array.from({ length: to - from + 1 }, (_, i) => from + i));
  const base = bytes.indexOf(ldlinuxSys.subarray(0, 512)) / 512 - (clusters[0] ?? 0);
  const sectors = clusters.map((cluster) => base + cluster);
  return { ldlinuxSys, bootSector: bytes.subarray(0, 512), sectors };
}

test("a loader prepared from FAT16 and from FAT32 is the same", async () => {
  const fat16 = await installed({ bits: "16", fragmented: true });
  const fat32 = await installed({ bits: "32" });
  expect(Buffer.compare(fat16.ldlinuxSys, fat32.ldlinuxSys)).not.toBe(0);
  expect(prepareExtlinux(fat32)).toEqual(prepareExtlinux(fat16));
});

test.each([false, true])(
  "a loader patched for where syslinux put it is syslinux's, byte for byte (fragmented: %s)",
  async (fragmented) => {
    const theirs = await installed({ bits: "16", fragmented });
    const pieces = theirs.sectors.filter((s, i, all) => s !== (all[i - 1] ?? 0) + 1).length;
    expect(pieces > 10).toBe(fragmented);
    const ours = patchExtlinux({
      ...prepareExtlinux(theirs),
      sectors: theirs.sectors,
      partitionStartSector: 0,
      partitionSectors: 16 * 2048,
      directory: "",
    });
    expect(Buffer.compare(ours.ldlinuxSys, theirs.ldlinuxSys)).toBe(0);
    const [ourCode, theirCode] = [ours, theirs].map((l) => Buffer.from(l.bootSector).subarray(90));
    expect(ourCode).toEqual(theirCode);
  },
);
