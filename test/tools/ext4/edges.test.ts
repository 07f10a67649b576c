import { join } from "node:path";
import { expect, test } from "vitest";
import { planExt4 } from "../../../provider/ext4/plan.ts";
import type { Item, Tree } from "../../../provider/tree/types.ts";
import { inFolder, sourceBytes } from "../../unit/ext4/contents.ts";
import { boundary, directory, file, sized, treeOf } from "../../unit/ext4/trees.ts";
import { debugfs, walk } from "./debugfs.ts";
import { expected, found } from "./expected.ts";
import { checkImage, writeImage } from "./image.ts";

/** Writes a tree, checks it, and compares what debugfs reads; returns what debugfs prints for one more command. */
async function readBack(tree: Tree, mebibytes: number, command: string): Promise<string> {
  return inFolder(async (folder, sourcePath) => {
    const image = join(folder, "image");
    await writeImage(planExt4(tree, sized(mebibytes)), image, sourcePath);
    await checkImage(image);
    expect(found(walk(image, folder))).toEqual(expected(tree));
    return debugfs(image, [command], folder)[0]!;
  });
}

/** Data in every second block. */
function comb(teeth: number) {
  return Array.from({ length: teeth }, (_, i) => [i * 8192, i * 4096, 4096] as const);
}

test.each([
  [5, 1],
  [341, 1],
  [1400, 2],
])("a file with %i holes has an extent tree of depth %i and reads back", async (holes, depth) => {
  const segments = comb(holes + 1);
  const tree = treeOf(file("comb", (holes + 1) * 8192, { segments }));
  const extents = await readBack(tree, 64, "dump_extents /comb");
  expect(extents).toMatch(new RegExp(`^ *0/ *${depth} `, "m"));
  expect(extents.match(new RegExp(`^ *${depth}/ *${depth} `, "gm"))).toHaveLength(holes + 1);
});

test("a segment that ends inside a block is followed by zeros", async () => {
  const segments = [
    [0, 5, 100],
    [8192, 50, 800],
  ] as const;
  const extents = await readBack(treeOf(file("short", 20_000, { segments })), 64, "ex /short");
  expect(extents).toContain(" 0 -     0");
  expect(extents).toContain(" 2 -     2");
});

test("a file around the copies of the super block reads back", async () => {
  const piece = sourceBytes.length;
  const segments = Array.from({ length: 34 }, (_, i) => [i * piece, 0, piece] as const);
  const tree = treeOf(
    file("before", 5),
    file("big", 34 * piece - 100, { segments: cut(segments) }),
  );
  const extents = await readBack(tree, 400, "dump_extents /big");
  expect(extents.split("\n").length).toBeGreaterThan(3);

  function cut(list: (readonly [number, number, number])[]) {
    return list.map(([at, offset, length], i) =>
      i === list.length - 1
        ? ([at, offset, length - 100] as const)
        : ([at, offset, length] as const),
    );
  }
});

test("a directory that grows in ten layers reads back", async () => {
  const items: Item[] = [directory("grows")];
  for (let layer = 0; layer < 10; layer++) {
    for (let i = 0; i < 60; i++) items.push(file(`grows/${layer}-${i}-${"x".repeat(90)}`, 10));
    items.push(boundary);
  }
  const extents = await readBack(treeOf(...items), 64, "dump_extents /grows");
  // More than four extents: they have left the inode.
  expect(extents).toMatch(/^ *0\/ *1 /m);
});

test("an ACL comes back as it was in the archive", async () => {
  const acl = (...entries: number[][]): string =>
    Buffer.concat([
      Buffer.from([2, 0, 0, 0]),
      ...entries.map(([tag, bits, id]) => {
        const bytes = Buffer.alloc(8);
        bytes.writeUInt16LE(tag!);
        bytes.writeUInt16LE(bits!, 2);
        // Where an entry names nobody, debugfs puts 0 and the kernel -1.
        bytes.writeUInt32LE(id ?? 0, 4);
        return bytes;
      }),
    ]).toString("latin1");
  const access = acl([1, 7], [2, 6, 1000], [2, 4, 4_000_000_000], [4, 5], [16, 7], [32, 4]);
  const fallback = acl([1, 7], [4, 5], [8, 1, 77], [16, 7], [32, 0]);
  const xattrs = [
    ["system.posix_acl_access", access],
    ["system.posix_acl_default", fallback],
    ["user.a", "b"],
  ] as const;
  const tree = treeOf(
    directory("small", { xattrs: xattrs.slice(1, 2) }),
    directory("both", { xattrs: [...xattrs, ["user.big", "x".repeat(2000)]] }),
    file("f", 100, { xattrs: xattrs.slice(0, 1) }),
  );
  expect(await readBack(tree, 64, "stat /both")).toMatch(/File ACL: [1-9]/);
});

test("lost+found of the image keeps its owner and what is in it", async () => {
  const tree = treeOf(
    directory("lost+found", { mode: 0o755, uid: 5, mtime: 1_700_000_000 }),
    file("lost+found/#12", 5000),
  );
  await readBack(tree, 64, "stat /lost+found");
});
