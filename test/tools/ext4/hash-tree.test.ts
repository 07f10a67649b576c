import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { expect, test } from "vitest";
import { halfMd4 } from "../../../provider/ext4/directories/half-md4.ts";
import { uuidBytes } from "../../../provider/ext4/options.ts";
import { planExt4 } from "../../../provider/ext4/plan.ts";
import type { Item } from "../../../provider/tree/types.ts";
import { inFolder } from "../../unit/ext4/contents.ts";
import { boundary, directory, file, ghost, options, sized, treeOf } from "../../unit/ext4/trees.ts";
import { debugfs, walk } from "./debugfs.ts";
import { expected, found } from "./expected.ts";
import { checkImage, writeImage } from "./image.ts";

test.each([
  "a",
  "hello",
  "x".repeat(31),
  "x".repeat(32),
  "y".repeat(33),
  "z".repeat(255),
  "na\xc3\xafve",
  "\xff\x80\xc3",
])("the hash of %s is that of debugfs", (name) => {
  const command = `dx_hash -h half_md4 -s ${options.hashSeed} ${name}`;
  const image = debugfsWithout(command);
  const hash = halfMd4(name, uuidBytes(options.hashSeed)).toString(16);
  expect(image).toContain(` is 0x${hash} `);
});

/** What debugfs prints for a command that needs no filesystem; it takes bytes that are not UTF-8 only from a script. */
function debugfsWithout(command: string): string {
  return execFileSync("debugfs", ["-f", "-"], {
    input: Buffer.from(`${command}\n`, "latin1"),
    encoding: "latin1",
    stdio: ["pipe", "pipe", "ignore"],
  });
}

/** Empty files with names of some length. */
function crowd(path: string, count: number, length: number): Item[] {
  return Array.from({ length: count }, (_, i) => file(`${path}/${nameOf(i, length)}`, 0));
}

function nameOf(i: number, length: number): string {
  // Not ASCII, so that the sign of a character matters to its hash.
  return `${i * 7919}`.padEnd(length, "\xe9");
}

test.each([
  [4000, 60, 0],
  [30_000, 12, 0],
  [7500, 250, 1],
])("a directory of %i names of %i bytes has a hash tree with %i inner levels", async (...row) => {
  const [count, length, levels] = row;
  await inFolder(async (folder, sourcePath) => {
    const image = join(folder, "image");
    const tree = treeOf(directory("many"), ...crowd("many", count, length));
    await writeImage(planExt4(tree, sized(512)), image, sourcePath);
    await checkImage(image);
    const [list, text] = debugfs(image, ["ls -p /many", "htree_dump /many"], folder);
    const names = list!.split("\n").flatMap((line) => line.split("/")[5] || []);
    const all = Array.from({ length: count }, (_, i) => nameOf(i, length));
    expect(names.sort()).toEqual([".", "..", ...all].sort());
    expect(text).toContain("Hash Version: 1");
    expect(text).toContain(`Indirect levels: ${levels}`);
  });
});

test("a directory of 64 blocks is a list, and one more block makes it a hash tree", async () => {
  await inFolder(async (folder, sourcePath) => {
    const image = join(folder, "image");
    // 15 of the longest names fill a block; "." and ".." make that 14 in the first.
    for (const [count, flags] of [
      [64 * 15, "0x80000"],
      [64 * 15 + 1, "0x81000"],
    ] as const) {
      const tree = treeOf(directory("d"), ...crowd("d", count, 255));
      await writeImage(planExt4(tree, sized(64)), image, sourcePath);
      await checkImage(image);
      expect(debugfs(image, ["stat /d"], folder)[0]).toContain(`Flags: ${flags}\n`);
    }
  });
});

test("a hash tree that grows and shrinks in layers reads back", async () => {
  await inFolder(async (folder, sourcePath) => {
    const image = join(folder, "image");
    const names = crowd("many", 6000, 40);
    const gone = names.map((item, i) =>
      item.kind === "entry" && i % 100 === 7 ? ghost(item.path, item.type) : item,
    );
    const items: Item[] = [directory("many")];
    for (let at = 0; at < gone.length; at += 1000) {
      items.push(...gone.slice(at, at + 1000), file(`between-${at}`, 9000), boundary);
    }
    const tree = treeOf(...items);
    await writeImage(planExt4(tree, sized(128)), image, sourcePath);
    await checkImage(image);
    expect(found(walk(image, folder))).toEqual(expected(tree));
  });
});

test("66000 subdirectories are counted as the kernel does", async () => {
  await inFolder(async (folder, sourcePath) => {
    const image = join(folder, "image");
    const items = Array.from({ length: 66_000 }, (_, i) => directory(`many/${i}`));
    const plan = planExt4(treeOf(directory("many"), ...items), sized(1280));
    await writeImage(plan, image, sourcePath);
    await checkImage(image);
    expect(debugfs(image, ["stat /many"], folder)[0]).toContain("Links: 1 ");
  });
});
