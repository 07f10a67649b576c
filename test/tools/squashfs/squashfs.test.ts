import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { Filesystem } from "../../../provider/flow/compose/filesystem.ts";
import { sha256 } from "../../../provider/plan/canonical.ts";
import type { Ref } from "../../../provider/plan/ref.ts";
import { squashfsArguments } from "../../../provider/squashfs/command.ts";
import { chosenOptions, squashfsSchema } from "../../../provider/squashfs/options.ts";
import { feed, readFrom } from "../../../provider/squashfs/streams.ts";
import { compareSquashfs } from "../../../provider/squashfs/verify.ts";
import { treeDigest } from "../../../provider/tree/digest.ts";
import { mergeLayers } from "../../../provider/tree/merge.ts";
import { saveTree } from "../../../provider/tree/object.ts";
import type { Tree } from "../../../provider/tree/types.ts";
import { testContext } from "../../context.ts";
import { type TarEntry, writeTar } from "../../tar.ts";
import { listSquashfs } from "./list-squashfs.ts";

type TestContext = Awaited<ReturnType<typeof testContext>>;
let ctx: TestContext;
beforeEach(async () => {
  ctx = await testContext();
});
afterEach(() => ctx.dispose());

const base = { mode: 0o644, uid: 0, gid: 0, mtime: 1_700_000_000 };
const large = Buffer.concat([
  Buffer.from("what a layer holds\n".repeat(70_000)),
  Buffer.alloc(300_000),
]);
const odd = "odd \n\t\\ 'name' \xc3\xa4 \xff \" -rf *";
const capability =
  "\x01\x00\x00\x02\x00\x04\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00";

/** One of every kind, with names and numbers that a careless writer would get wrong. */
const entries: readonly TarEntry[] = [
  { ...base, path: "", type: "directory", mode: 0o750, uid: 7, mtime: 5 },
  { ...base, path: "a", type: "directory", mode: 0o1777 },
  { ...base, path: "a/x", type: "file", mode: 0o6755, uid: 4_000_000_000, content: large },
  { ...base, path: "0 first link", type: "link", target: "a/x" },
  { ...base, path: "z last link", type: "link", target: "a/x" },
  { ...base, path: "a-b", type: "file", content: Buffer.from("sorts before a/x") },
  { ...base, path: "empty", type: "file", gid: 4_000_000_001, mtime: 0 },
  { ...base, path: "later", type: "file", mtime: 2 ** 32 - 1, content: Buffer.alloc(500_000) },
  { ...base, path: odd, type: "file", content: Buffer.from("x") },
  {
    ...base,
    path: "same",
    type: "file",
    content: Buffer.from("x"),
    xattrs: [
      ["security.capability", capability],
      ["user.a b", "\xff="],
    ],
  },
  { ...base, path: "symlink", type: "symlink", mode: 0o777, target: `a/${odd}` },
  { ...base, path: "dev", type: "directory", mode: 0o755 },
  { ...base, path: "dev/sda", type: "block", mode: 0o660, major: 8, minor: 300 },
  { ...base, path: "dev/tty", type: "character", mode: 0o666, major: 5, minor: 0 },
  { ...base, path: "pipe", type: "fifo", mode: 0o600 },
  { ...base, path: "long", type: "directory", mode: 0o755 },
  { ...base, path: `long/${"n".repeat(255)}`, type: "file", content: Buffer.from("y") },
];

/** Commits entries as one layer and the tree of it. */
async function commit(
  list: readonly TarEntry[],
  { store }: TestContext,
): Promise<{ ref: Ref; tree: Tree }> {
  const { bytes, entries: members } = writeTar(list);
  const layer = sha256(bytes);
  const tree = mergeLayers([{ digest: layer, index: { members } }], { sourceDateEpoch: 2 ** 32 });
  const digest = treeDigest(tree);
  await store.stage(async (folder) => {
    await writeFile(join(folder, "layer"), bytes);
    await store.commit({ kind: "layer", digest: layer, file: join(folder, "layer") });
    await saveTree(tree, join(folder, "tree"));
    await store.commit({ kind: "tree", digest, file: join(folder, "tree") });
  });
  return { ref: { kind: "tree", digest, recipe: "" }, tree };
}

async function make(given: object, list: readonly TarEntry[] = entries, world: TestContext = ctx) {
  const { ref } = await commit(list, world);
  const inputs = Filesystem.inputs.parse({ type: "squashfs", tree: ref, ...given });
  const made = (await Filesystem.make?.(Filesystem.plan(inputs), world))!;
  return { ...made, path: world.store.path("file", made.ref.digest) };
}

/** What an independent reader must say; where names share a file, the first in the order of directories is it. */
function expected(list: readonly TarEntry[] = entries) {
  return list
    .map(({ path, type, content, target = "", xattrs = [], major, minor, ...rest }) => {
      const file = list.find((entry) => entry.path === "a/x")!;
      const linked = path === "a/x" || type === "link";
      const held = linked ? large : content;
      const kind = path === "0 first link" ? "file" : linked ? "link" : type;
      return {
        ...{ path, type: kind, ...rest, ...(linked && { mode: file.mode, uid: file.uid }) },
        target: kind === "link" ? "0 first link" : kind === "file" ? "" : target,
        device: major === undefined ? "" : `${major}:${minor}`,
        sha256: kind === "file" ? sha256(held ?? "").slice(7) : "",
        xattrs: Object.fromEntries(xattrs),
      };
    })
    .sort((a, b) => (a.path < b.path ? -1 : 1));
}

describe("a squashfs of a tree", () => {
  test.each<object>([
    {},
    { compression: "gzip", level: 1 },
    { compression: "xz" },
    { compression: "lz4" },
  ])("made with %j is the tree, as squashfs-tools-ng reads it", async (squashfs) => {
    const { path, sizeBytes } = await make({ squashfs });
    const read = await listSquashfs(path);
    expect(read.sort((a, b) => (a.path < b.path ? -1 : 1))).toEqual(expected());
    expect(sizeBytes).toBe((await readFile(path)).length);
  });

  test("is the same bytes from another store", async () => {
    const other = await testContext();
    try {
      const [first, second] = [await make({}), await make({}, entries, other)];
      expect(first.path).not.toBe(second.path);
      expect((await readFile(first.path)).equals(await readFile(second.path))).toBe(true);
    } finally {
      await other.dispose();
    }
  });

  test("has the time that it is told, and none of the clock's", async () => {
    const { path } = await make({ sourceDateEpoch: 1_234_567_890 });
    // Superblock: magic, inodes, time (Documentation/filesystems/squashfs.rst).
    expect((await readFile(path)).readUInt32LE(8)).toBe(1_234_567_890);
  });

  test("is without what is excluded, and a hard link to that is a file of its own", async () => {
    const { path } = await make({ squashfs: { exclude: ["/a/*", "/dev", "/0 first link"] } });
    const read = await listSquashfs(path);
    const names = read.map((entry) => entry.path);
    expect(names).toContain("a");
    expect(names.filter((name) => /^(a\/|dev|0)/.test(name))).toEqual([]);
    expect(read.find((entry) => entry.path === "z last link")).toMatchObject({
      ...{ type: "file", mode: 0o6755, sha256: sha256(large).slice(7) },
    });
  });

  test("is refused where it cannot hold the tree, by path", async () => {
    const acl = [["system.posix_acl_access", "x"]] as const;
    const list = [...entries, { ...base, path: "acl", type: "file" as const, xattrs: acl }];
    await expect(make({}, list)).rejects.toThrow(
      '"/acl": it has the attribute "system.posix_acl_access"',
    );
    await expect(make({ squashfs: { exclude: ["/acl", "/nothing"] } })).rejects.toThrow(
      'squashfs.exclude[1]: nothing of the tree is "/nothing"',
    );
  });
});

describe("what mksquashfs loses with exit code 0", () => {
  const frame = {
    options: chosenOptions(squashfsSchema.parse({})),
    root: { mode: 0o755, uid: 0, gid: 0, mtime: 0 },
    sourceDateEpoch: 0,
  };
  const step = (file: string, folder: string) => ({
    ...{ tool: "env", args: squashfsArguments(file, frame), writes: folder },
    ...{ purpose: "to pack", package: "squashfs-tools" },
  });

  test("is an error: a hard link that comes before its file", async () => {
    const { bytes } = writeTar([
      { ...base, path: "first", type: "file", content: Buffer.from("y") },
      { ...base, path: "link", type: "link", target: "file" },
      { ...base, path: "file", type: "file", content: Buffer.from("x") },
    ]);
    const packed = ctx.store.stage((folder) =>
      feed(step(join(folder, "image"), folder), () => stream(bytes), ctx),
    );
    await expect(packed).rejects.toThrow(/said:\n.*link.*file/s);
  });

  test.each<[string, (list: TarEntry[]) => TarEntry[], string]>([
    ["a file", (list) => list.filter(({ path }) => path !== "a-b"), '"/a-b" should read'],
    [
      "a mode",
      (list) => list.map((e) => (e.path === "pipe" ? { ...e, mode: 0o644 } : e)),
      '"/pipe" should read',
    ],
    [
      "a byte",
      (list) =>
        list.map((e) =>
          e.path === "a-b" ? { ...e, content: Buffer.from("sorts before a/y") } : e,
        ),
      '"/a-b" has other bytes',
    ],
    [
      "nothing, and has one more",
      (list) => [...list, { ...base, path: "zz", type: "file" }],
      'but reads "zz R ',
    ],
  ])("is found by reading it back: %s", async (_what, change, error) => {
    const { tree } = await commit(entries, ctx);
    const { path } = await make({}, change([...entries]));
    const wanted = tree.items.filter((item) => item.kind === "entry");
    const read = readFrom(
      {
        tool: "unsquashfs",
        args: ["-pf", "-", path],
        purpose: "to compare",
        package: "squashfs-tools",
      },
      (output) => compareSquashfs(output, wanted),
      ctx,
    );
    await expect(read).rejects.toThrow(error);
  });
});

test("a damaged squashfs is not taken for the tree", async () => {
  const { path } = await make({});
  const { tree } = await commit(entries, ctx);
  const bytes = await readFile(path);
  bytes[150] = bytes[150]! ^ 0xff;
  const damaged = join(ctx.store.root, "damaged");
  await writeFile(damaged, bytes);
  const wanted = tree.items.filter((item) => item.kind === "entry");
  const step = {
    tool: "unsquashfs",
    args: ["-pf", "-", damaged],
    purpose: "to compare",
    package: "squashfs-tools",
  };
  await expect(readFrom(step, (out) => compareSquashfs(out, wanted), ctx)).rejects.toThrow();
});

async function* stream(bytes: Buffer): AsyncGenerator<Buffer> {
  yield bytes;
}
