import { execFileSync } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { comparisonText } from "../../../provider/command/diff/text.ts";
import { findImage } from "../../../provider/command/image/find.ts";
import { type FileEntry, pathList } from "../../../provider/command/image/volume.ts";
import { biggestPaths } from "../../../provider/command/inspect/biggest.ts";
import { lookAt } from "../../../provider/command/inspect/look.ts";
import { lookText } from "../../../provider/command/inspect/text.ts";
import { formatTable } from "../../../provider/command/print/table.ts";
import type { Store } from "../../../provider/store/store.ts";

const signal = new AbortController().signal;

/** What inspect says of bytes. */
async function told(bytes: Buffer): Promise<string> {
  const source = {
    sizeBytes: bytes.length,
    async read(offset: number, into: Buffer) {
      return into.subarray(0, bytes.copy(into, 0, offset, offset + into.length));
    },
    close: async () => {},
  };
  const image = { name: "x.raw", path: "x.raw", format: "raw", source } as const;
  return lookText(await lookAt(image, { signal }), 10);
}

/** A FAT16 with one table of 17 sectors, a root folder of 16 entries, and clusters of a sector. */
function fat(sectors: number): Buffer {
  const bytes = Buffer.alloc(5000 * 512);
  bytes.writeUInt16LE(512, 11);
  bytes[13] = 1;
  bytes.writeUInt16LE(1, 14);
  bytes[16] = 1;
  bytes.writeUInt16LE(16, 17);
  bytes[21] = 0xf8;
  bytes.writeUInt16LE(17, 22);
  bytes.writeUInt32LE(sectors, 32);
  bytes.write("NO NAME    ", sectors > 65_536 ? 71 : 43, "latin1");
  bytes.writeUInt16LE(0xaa55, 510);
  return bytes;
}

describe("of a FAT", () => {
  test("that claims more clusters than its table has, only those of the table are counted", async () => {
    // Counting four thousand million takes longer than a test may.
    expect(await told(fat(2 ** 32 - 1))).toContain("fat32, 0000-0000");
  });

  test("that is cut off within its table, what its boot sector says is told, and why there is no more", async () => {
    const text = await told(fat(4500).subarray(0, 4096));
    expect(text).toContain("fat16, 0000-0000, 2.20 MiB");
    expect(text).toContain("its paths are not listed: The image is damaged or cut off");
  });

  test("a name that would change the terminal reaches no error as it is", async () => {
    const bytes = fat(4500);
    // A file of 100 bytes without a cluster, in a folder in whose name an escape sequence stands.
    const entry = Buffer.alloc(32);
    entry.write("GRUB    CFG", "latin1");
    entry.writeUInt32LE(100, 28);
    const folder = Buffer.alloc(32);
    folder.write("\u001b[31m   ", "latin1");
    folder.write("   ", 8, "latin1");
    folder[11] = 0x10;
    folder.writeUInt16LE(2, 26);
    folder.copy(bytes, 18 * 512);
    // In lower case.
    entry[12] = 0x18;
    entry.copy(bytes, 19 * 512);
    const text = await told(bytes);
    expect(text).toContain('"/\\u001b[31m/grub.cfg" ends before its 100 bytes');
    expect(text).not.toContain("\u001b");
  });
});

test("a folder of 200,000 files is told of like any other", () => {
  const names = Array.from({ length: 200_000 }, (_, i) => `d/${i}`);
  const file = (path: string): FileEntry => ({ path, type: "file", size: 10 });
  const root: FileEntry[] = ["", "d"].map((path) => ({ path, type: "directory", size: 0 }));
  expect(biggestPaths([...root, ...names.map(file)], 1)).toHaveLength(1);
  expect(
    formatTable(
      [{ title: "" }],
      names.map((name) => [name]),
    ).split("\n"),
  ).toHaveLength(200_001);
  const files = names.map((path) => {
    return { path, change: "added" as const, attributes: [], after: file(path) };
  });
  const changed = { packages: [], filesystems: [{ name: "x", files }], only: [] };
  const look = { image: { name: "", path: "", format: "raw" as const }, sizeBytes: 0, parts: [] };
  expect(comparisonText(changed, look, 1_000_000).split("\n")).toHaveLength(200_001);
});

test("paths that together take more than memory has end the list", () => {
  const { add } = pathList("ISO", 1_000_000);
  const path = "x".repeat(2 ** 20);
  expect(() => {
    for (let i = 0; i < 1000; i++) add({ path, type: "file", size: 0 });
  }).toThrow("The ISO has more names than it can");
});

test("a pipe and a device are no images, and nobody waits for them", async () => {
  const folder = await mkdtemp(join(tmpdir(), "bootwright-test-"));
  onTestFinished(() => rm(folder, { recursive: true }));
  execFileSync("mkfifo", [join(folder, "pipe")]);
  for (const path of [join(folder, "pipe"), "/dev/null"])
    await expect(findImage(path, {} as Store)).rejects.toThrow("is no regular file");
});
