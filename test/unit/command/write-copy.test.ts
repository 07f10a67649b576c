import { constants, readdirSync, readFileSync, readlinkSync } from "node:fs";
import { mkdtemp, open, readFile, rm, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { verifyImage, writeImage } from "../../../provider/command/write/copy.ts";
import type { Target } from "../../../provider/command/write/target.ts";
import { openFile } from "../../../provider/store/vhd-view.ts";

const MiB = 2 ** 20;
let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), "bootwright-test-"));
});
afterEach(() => rm(root, { recursive: true }));

/** An image and a target of these sizes, the one full of numbers, the other of ones. */
async function pair(imageBytes: number, targetBytes: number) {
  const path = join(root, "target");
  const bytes = Buffer.alloc(imageBytes);
  for (let i = 0; i < imageBytes; i += 511) bytes[i] = i % 251;
  await writeFile(join(root, "image"), bytes);
  await writeFile(path, Buffer.alloc(targetBytes, 0xff));
  const target: Target = {
    ...{ name: "target", path, words: "", isStable: true, sizeBytes: targetBytes },
  };
  return { source: await openFile(join(root, "image")), target, bytes };
}

/** The flags that a file is open with (proc_pid_fdinfo(5)). */
function flagsOf(path: string): number {
  const files = readdirSync("/proc/self/fd").filter((fd) => {
    try {
      return readlinkSync(`/proc/self/fd/${fd}`) === path;
    } catch {
      return false;
    }
  });
  const info = readFileSync(`/proc/self/fdinfo/${files[0]}`, "utf8");
  return Number.parseInt(/flags:\s+(\d+)/.exec(info)?.[1] ?? "", 8);
}

const watch = { signal: new AbortController().signal, progress: () => {} };

describe("an image is written and read back", () => {
  test.each([
    ["of one byte", 1, 512],
    ["that fills its target", 9 * MiB + 512, 9 * MiB + 512],
    ["that ends within a sector, on a target that does too", 4 * MiB + 3, 4 * MiB + 5],
    ["of one piece", 4 * MiB, 6 * MiB],
  ])("%s", async (_, imageBytes, targetBytes) => {
    const { source, target, bytes } = await pair(imageBytes, targetBytes);
    const done: number[] = [];
    await writeImage(source, target, { ...watch, progress: (now) => done.push(now) });
    expect((await readFile(target.path)).subarray(0, imageBytes).equals(bytes)).toBe(true);
    expect(done).toEqual([...done].sort((a, b) => a - b));
    expect(done.at(-1)).toBe(imageBytes);
    await verifyImage(source, target, watch);
    await source.close();
  });

  test.each([0, 4095, 4 * MiB + 17, 5 * MiB - 1])(
    "and one other byte is found, at %d",
    async (at) => {
      const { source, target } = await pair(5 * MiB, 6 * MiB);
      await writeImage(source, target, watch);
      const bytes = await readFile(target.path);
      bytes[at] = bytes[at]! ^ 1;
      await writeFile(target.path, bytes);
      await expect(verifyImage(source, target, watch)).rejects.toThrow(`at byte ${at}\n`);
      await source.close();
    },
  );

  test("and a target that has become shorter is found", async () => {
    const { source, target } = await pair(5 * MiB, 6 * MiB);
    await writeImage(source, target, watch);
    await truncate(target.path, 4 * MiB + 100);
    await expect(verifyImage(source, target, watch)).rejects.toThrow(`at byte ${4 * MiB + 100}\n`);
    await source.close();
  });

  test("past the kernel's cache, where the filesystem knows how", async () => {
    const { source, target } = await pair(5 * MiB, 6 * MiB);
    await writeImage(source, target, watch);
    const isKnown = await open(target.path, constants.O_RDONLY | constants.O_DIRECT).then(
      (file) => file.close().then(() => true),
      () => false,
    );
    let flags = 0;
    await verifyImage(source, target, {
      ...watch,
      progress: () => {
        flags = flagsOf(target.path);
      },
    });
    expect((flags & constants.O_DIRECT) !== 0).toBe(isKnown);
    await source.close();
  });
});
