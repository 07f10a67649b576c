import { open } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { minimumSize } from "../../../provider/ext4/minimum-size.ts";
import { planExt4 } from "../../../provider/ext4/plan.ts";
import { verifyExt4 } from "../../../provider/ext4/verify.ts";
import { inFolder } from "../../unit/ext4/contents.ts";
import { directory, file, options, sized, treeOf } from "../../unit/ext4/trees.ts";
import { walk } from "./debugfs.ts";
import { expected, found } from "./expected.ts";
import { checkImage, writeImage } from "./image.ts";

const tree = treeOf(directory(""), directory("etc"), file("etc/a", 700_000), file("b", 5));
// Around the ends of groups, of flex groups (2 GiB), and of a block of descriptors (16 GiB).
const mebibytes = [64, 127, 128, 129, 130, 255, 257, 1153, 2047, 2049, 2081, 4097, 16_385, 102_400];

test.each(mebibytes)("a filesystem of %i MiB is sound", async (size) => {
  await inFolder(async (folder, sourcePath) => {
    const image = join(folder, "image");
    await writeImage(planExt4(tree, sized(size)), image, sourcePath);
    await checkImage(image);
    expect(found(walk(image, folder))).toEqual(expected(tree));
  });
});

test("a filesystem of the least size is sound and full", async () => {
  await inFolder(async (folder, sourcePath) => {
    const image = join(folder, "image");
    const { bytes } = minimumSize(tree, options);
    await writeImage(planExt4(tree, { ...options, sizeBytes: bytes }), image, sourcePath);
    await checkImage(image);
  });
});

test("a filesystem of 3 TiB has the room for 16 TiB and is sound", async () => {
  await inFolder(async (folder, sourcePath) => {
    const image = join(folder, "image");
    const plan = planExt4(tree, { ...sized(3 * 2 ** 20), inodesPerGroup: 128 });
    await writeImage(plan, image, sourcePath);
    await checkImage(image);
  });
});

test("a filesystem lies at an offset of a disk and leaves the rest alone", async () => {
  await inFolder(async (folder, sourcePath) => {
    const disk = join(folder, "disk");
    const plan = planExt4(tree, sized(64));
    await writeImage(plan, disk, sourcePath, 2 ** 20);
    const file = await open(disk, "r");
    await verifyExt4(plan, file, 2 ** 20, sourcePath);
    const start = Buffer.alloc(2 ** 20);
    await file.read(start, 0, start.length, 0);
    await file.close();
    expect(start.every((byte) => byte === 0)).toBe(true);
    await checkImage(`${disk}?offset=${2 ** 20}`);
  });
});
