import { describe, expect, test } from "vitest";
import { DiskImage } from "../../../provider/flow/compose/disk-image.ts";
import { collision, diskDigest } from "../../../provider/plan/disk.ts";
import { partitionRequestSchema } from "../../../provider/plan/layout.ts";
import { planLayout } from "../../../provider/plan/plan-layout.ts";
import { encodeRecipe } from "../../../provider/plan/ref.ts";

const ref = (kind: "ext4" | "file" | "tree", digit: string) => ({
  kind,
  digest: `sha256:${digit.repeat(64)}`,
  recipe: `made ${digit}`,
});
const layoutOf = (names: string[], table: "mbr" | "gpt" = "mbr") =>
  planLayout({
    seed: "demo/disk",
    table,
    roundToMiB: 64,
    partitions: names.map((name) => partitionRequestSchema.parse({ name, sizeMiB: 16 })),
  });
const leaving = (partition: string) =>
  encodeRecipe({
    ...{ step: "Filesystem", version: 2 },
    plan: {
      tree: { ...ref("tree", "d"), recipe: "" },
      subtree: "/",
      mounts: [{ partition, path: `/${partition}` }],
    },
  });
const layout = layoutOf(["boot", "root"]);
const line = { device: `UUID=${layout.partitions[0]?.uuid}`, mountPoint: "none", type: "swap" };
const swapping = encodeRecipe({
  ...{ step: "Filesystem", version: 2 },
  plan: { tree: { ...ref("tree", "d"), recipe: "" }, subtree: "/", addedFstab: [line] },
});
const root = { partition: "root", content: ref("ext4", "a") };
const boot = { partition: "boot", content: ref("file", "b") };
const mbr = { offsetBytes: 0, content: ref("file", "c") };
const parse = (more: object = {}) =>
  DiskImage.inputs.parse({ layout, filesystems: [root, boot], blobs: [mbr], ...more });
const digest = (more: object = {}) => diskDigest(DiskImage.plan(parse(more)));

describe("DiskImage refuses", () => {
  test.each<[string, object, string]>([
    [
      "a partition that the layout does not have",
      { filesystems: [{ ...root, partition: "home" }] },
      'filesystems[0].partition: the layout has no partition "home" (it has "boot", "root")',
    ],
    [
      "two filesystems for a partition",
      { filesystems: [root, root] },
      'filesystems[1].partition: "root" is filled twice',
    ],
    [
      "a tree where a filesystem belongs",
      { filesystems: [{ ...root, content: ref("tree", "a") }] },
      "filesystems[0].content: is a tree but must be a filesystem",
    ],
    [
      "a filesystem that leaves a folder to a partition without a filesystem",
      { filesystems: [{ ...root, content: { ...root.content, recipe: leaving("boot") } }] },
      'filesystems[0].content: the filesystem of partition "root" leaves "/boot" to partition "boot", which nothing fills',
    ],
    [
      "fstab's swap without any",
      { filesystems: [{ ...root, content: { ...root.content, recipe: swapping } }] },
      'filesystems[0].content: the filesystem of partition "root" leaves "swap" to partition "boot", which nothing fills',
    ],
    [
      "boot code that is no file",
      { blobs: [{ ...mbr, content: ref("ext4", "a") }] },
      "blobs[0].content: is a ext4 but must be a file",
    ],
  ])("%s", (_title, more, expected) => {
    const problems = DiskImage.rules?.(parse(more)) ?? [];
    expect(problems.map(({ property, reason }) => `${property}: ${reason}`)).toEqual([expected]);
  });

  test("nothing while its layout is not known yet", () => {
    expect(DiskImage.rules?.({ filesystems: [root] })).toEqual([]);
  });
});

describe("DiskImage plans", () => {
  test("its parts in the order of the disk, whatever the order of the inputs", () => {
    const plan = DiskImage.plan(parse());
    expect(plan.parts.map((part) => [part.name, part.offsetBytes / 2 ** 20])).toEqual([
      ["boot", 1],
      ["root", 17],
    ]);
    expect(DiskImage.plan(parse({ filesystems: [boot, root] }))).toEqual(plan);
  });

  test("its size before it is made", () => {
    expect(DiskImage.known?.(DiskImage.plan(parse()))).toEqual({ sizeBytes: 64 * 2 ** 20 });
  });
});

describe("the digest of a disk", () => {
  test("stays when only mount points, recipes or where to export it change", () => {
    const mounted = {
      ...layout,
      partitions: layout.partitions.map((p) => ({ ...p, mountPoint: "/x" })),
    };
    expect(digest({ layout: mounted, exportTo: "out/disk.raw" })).toBe(digest());
    expect(
      digest({ filesystems: [{ ...root, content: { ...root.content, recipe: "" } }, boot] }),
    ).toBe(digest());
  });

  test("changes with every part, the boot code, the table and the size", () => {
    const digests = [
      {},
      { filesystems: [{ ...root, content: ref("ext4", "d") }, boot] },
      { filesystems: [{ ...root, content: ref("file", "a") }, boot] },
      { filesystems: [root] },
      { blobs: [] },
      { layout: layoutOf(["boot", "root"], "gpt") },
      { layout: { ...layout, diskSignature: "00000001" } },
      { layout: { ...layout, sizeBytes: 128 * 2 ** 20 } },
    ].map(digest);
    expect(new Set(digests).size).toBe(digests.length);
  });
});

describe("pieces of a disk", () => {
  const table = { what: "the partition table", offsetBytes: 440, sizeBytes: 72 };
  const piece = (offsetBytes: number, sizeBytes: number) => ({
    what: "the blob",
    offsetBytes,
    sizeBytes,
  });

  test("may touch: boot code of 440 bytes ends where the table begins", () => {
    expect(collision([table, piece(0, 440), piece(512, 88)], 600)).toBeUndefined();
  });

  test("may not share a byte or end beyond the disk", () => {
    expect(collision([table, piece(0, 441)], 600)).toBe(
      "the blob (to byte 441) and the partition table (from byte 440) overlap",
    );
    expect(collision([table, piece(512, 89)], 600)).toBe(
      "the blob ends at byte 601 but the disk has 600 bytes",
    );
  });
});
