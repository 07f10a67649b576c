import { execFileSync } from "node:child_process";
import { open, truncate } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { planExt4 } from "../../../provider/ext4/plan.ts";
import { inFolder } from "../../unit/ext4/contents.ts";
import { directory, file, options, sized, symlink, treeOf } from "../../unit/ext4/trees.ts";
import { walk } from "./debugfs.ts";
import { expected, found } from "./expected.ts";
import { checkImage, writeImage } from "./image.ts";

const tree = treeOf(
  directory(""),
  directory("etc"),
  ...Array.from({ length: 50 }, (_, i) => file(`etc/${i}`, 3000 * i, { at: i })),
  symlink("link", "etc"),
);

test("dumpe2fs sees the features, counters and identity that were planned", async () => {
  await inFolder(async (folder, sourcePath) => {
    const image = join(folder, "image");
    const plan = planExt4(tree, sized(200, { reservedPercent: 2, label: "r\xf6\xf6t" }));
    await writeImage(plan, image, sourcePath);
    const text = execFileSync("dumpe2fs", ["-h", image], { encoding: "utf8", stdio: "pipe" });
    const said = new Map(text.split("\n").map((line) => line.split(/: +/) as [string, string]));
    expect(said.get("Filesystem features")).toBe(
      "has_journal ext_attr resize_inode dir_index filetype extent flex_bg sparse_super " +
        "large_file huge_file dir_nlink extra_isize metadata_csum",
    );
    expect(said.get("Filesystem UUID")).toBe(options.uuid);
    expect(said.get("Directory Hash Seed")).toBe(options.hashSeed);
    expect(said.get("Filesystem volume name")).toBe("r\xf6\xf6t");
    expect(said.get("Filesystem state")).toBe("clean");
    expect(said.get("Block count")).toBe("51200");
    expect(said.get("Reserved block count")).toBe("1024");
    expect(said.get("Free blocks")).toBe(`${plan.freeBlocks}`);
    expect(said.get("Free inodes")).toBe(`${plan.freeInodes}`);
    expect(said.get("Reserved GDT blocks")).toBe("63");
    expect(said.get("Total journal size") ?? said.get("Journal size")).toBe("4096k");
    expect(said.get("Checksum type")).toBe("crc32c");
    expect(said.get("Filesystem flags")?.trim()).toBe("signed_directory_hash");
    const groups = execFileSync("dumpe2fs", [image], { encoding: "utf8", stdio: "pipe" });
    // 11 inodes of ext4's own and 52 of the tree: the kernel need not look at the rest of the table.
    expect(groups).toContain(`${8192 - 63} free inodes, 3 directories, ${8192 - 63} unused inodes`);
    expect(groups).toContain("8192 free inodes, 0 directories, 8192 unused inodes");
  });
});

test("a filesystem without its start is repaired from a copy", async () => {
  await inFolder(async (folder, sourcePath) => {
    const image = join(folder, "image");
    await writeImage(planExt4(tree, sized(200)), image, sourcePath);
    const start = await open(image, "r+");
    await start.write(Buffer.alloc(8192, 0xff), 0, 8192, 0);
    await start.close();
    // 1: errors were corrected.
    expect(exitCode("e2fsck", ["-fy", "-b", "32768", image])).toBe(1);
    await checkImage(image);
    expect(found(walk(image, folder))).toEqual(expected(tree));
  });
});

test("resize2fs grows a filesystem into its spare descriptors and moves nothing", async () => {
  await inFolder(async (folder, sourcePath) => {
    const image = join(folder, "image");
    await writeImage(planExt4(tree, sized(200)), image, sourcePath);
    const before = walk(image, folder);
    await truncate(image, 40 * 2 ** 30);
    expect(exitCode("resize2fs", [image])).toBe(0);
    await checkImage(image);
    expect(walk(image, folder)).toEqual(before);
  });
});

test("resize2fs shrinks and moves what is in the way", async () => {
  await inFolder(async (folder, sourcePath) => {
    const image = join(folder, "image");
    await writeImage(planExt4(tree, sized(2300)), image, sourcePath);
    expect(exitCode("resize2fs", [image, "150M"])).toBe(0);
    await checkImage(image);
    expect(found(walk(image, folder))).toEqual(expected(tree));
  });
});

function exitCode(tool: string, args: readonly string[]): number {
  try {
    execFileSync(tool, args, { stdio: "pipe" });
    return 0;
  } catch (error) {
    return (error as { status: number }).status;
  }
}
