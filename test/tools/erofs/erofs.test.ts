import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { compareErofs } from "../../../provider/erofs/verify.ts";
import { Filesystem } from "../../../provider/flow/compose/filesystem.ts";
import { sha256 } from "../../../provider/plan/canonical.ts";
import type { Ref } from "../../../provider/plan/ref.ts";
import { treeDigest } from "../../../provider/tree/digest.ts";
import { mergeLayers } from "../../../provider/tree/merge.ts";
import { saveTree } from "../../../provider/tree/object.ts";
import type { Entry, Tree } from "../../../provider/tree/types.ts";
import { testContext } from "../../context.ts";
import { type TarEntry, writeTar } from "../../tar.ts";

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
const acl = "\x02\x00\x00\x00\x01\x00\x07\x00\xff\xff\xff\xff\x20\x00\x04\x00\xff\xff\xff\xff";
const shared = [["user.shared", "the same everywhere"]] as const;

/** One of every kind, with names and numbers that a careless writer would get wrong. */
const entries: readonly TarEntry[] = [
  {
    ...base,
    path: "",
    type: "directory",
    mode: 0o750,
    uid: 7,
    mtime: 5,
    xattrs: [["user.root", "r"]],
  },
  {
    ...base,
    path: "a",
    type: "directory",
    mode: 0o1777,
    xattrs: [["system.posix_acl_default", acl]],
  },
  { ...base, path: "a/x", type: "file", mode: 0o6755, uid: 4_000_000_000, content: large },
  { ...base, path: "0 first link", type: "link", mode: 0o6755, uid: 4_000_000_000, target: "a/x" },
  { ...base, path: "z last link", type: "link", mode: 0o6755, uid: 4_000_000_000, target: "a/x" },
  { ...base, path: "empty", type: "file", gid: 4_000_000_001, mtime: 0 },
  { ...base, path: "early", type: "file", mtime: -86_400, content: Buffer.from("y") },
  { ...base, path: "page", type: "file", content: Buffer.alloc(8192, "p") },
  { ...base, path: "sparse", type: "file", content: Buffer.concat([Buffer.alloc(500_000), large]) },
  { ...base, path: odd, type: "file", content: Buffer.from("x"), xattrs: shared },
  {
    ...base,
    ...{ path: "same", type: "file", content: Buffer.from("x") },
    xattrs: [
      ["security.capability", capability],
      ["system.posix_acl_access", acl],
      ["trusted.t", ""],
      ["user.a b", "\xff=\n"],
      ["user.long", "v".repeat(3000)],
      ...shared,
    ],
  },
  { ...base, path: "shared", type: "directory", mode: 0o755, xattrs: shared },
  { ...base, path: "symlink", type: "symlink", mode: 0o777, target: `a/${odd}` },
  { ...base, path: "far", type: "symlink", mode: 0o777, target: "t".repeat(4000) },
  { ...base, path: "dev", type: "directory", mode: 0o755 },
  { ...base, path: "dev/sda", type: "block", mode: 0o660, major: 8, minor: 300 },
  { ...base, path: "dev/tty", type: "character", mode: 0o666, major: 5, minor: 0 },
  { ...base, path: "pipe", type: "fifo", mode: 0o600 },
  { ...base, path: "long", type: "directory", mode: 0o755 },
  ...Array.from(
    { length: 300 },
    (_, i): TarEntry => ({
      ...{ ...base, path: `long/${`${i}`.padStart(255, "n")}`, type: "file", uid: 70_000 + i },
      content: Buffer.from(`${i}`),
    }),
  ),
];

async function commit(
  list: readonly TarEntry[],
  { store }: TestContext,
): Promise<{ ref: Ref; tree: Tree }> {
  const { bytes, entries: members } = writeTar(list);
  const layer = sha256(bytes);
  const timed = members.map((member) =>
    member.path === "page" ? { ...member, mtimeNs: 120_000_000 } : member,
  );
  const index = { members: timed };
  const tree = mergeLayers([{ digest: layer, index }], { sourceDateEpoch: 2 ** 32 });
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
  const inputs = Filesystem.inputs.parse({ type: "erofs", tree: ref, ...given });
  const made = (await Filesystem.make?.(Filesystem.plan(inputs), world))!;
  return { ...made, path: world.store.path("file", made.ref.digest) };
}

/** What a tool of erofs-utils says of an image. */
async function ask(tool: string, ...args: string[]): Promise<string> {
  return ctx.runner.run({ tool, args, purpose: "to judge the erofs", package: "erofs-utils" });
}

describe("an erofs of a tree", () => {
  test("is whole to fsck.erofs, and dump.erofs finds in it what the tree holds", async () => {
    const { path, sizeBytes, sizing } = await make({});
    expect(sizeBytes).toBe((await readFile(path)).length);
    expect(sizing).toEqual({ minimumMiB: Math.ceil(sizeBytes / 2 ** 20) });
    await ask("fsck.erofs", path);

    const said = async (name: string) =>
      (await ask("dump.erofs", `--path=/${name}`, path)).replace(/ +/g, " ");
    expect(await said("")).toMatch(/Uid: 7 Gid: 0 Access: 0750/);
    expect(await said("")).toContain("Timestamp: 1970-01-01 00:00:05.000000000");
    expect(await said("a/x")).toMatch(
      new RegExp(`Size: ${large.length} .*Links: 3.*Uid: 4000000000`, "s"),
    );
    expect(await said("empty")).toContain("Gid: 4000000001");
    expect(await said("page")).toContain("22:13:20.120000000");
    expect(await said("early")).toContain("1969-12-31 00:00:00");
    expect(await said("dev/sda")).toMatch(/block dev.*Access: 0660/s);
    expect(await ask("dump.erofs", "--cat", "--path=/same", path)).toBe("x");
    const content = await ask("dump.erofs", "--cat", "--path=/z last link", path);
    expect(content).toBe(large.toString("latin1"));
  });

  test("is the same bytes from another store, and has the names and the time that it is told", async () => {
    const other = await testContext();
    try {
      const [first, second] = [await make({}), await make({}, entries, other)];
      expect(first.path).not.toBe(second.path);
      expect((await readFile(first.path)).equals(await readFile(second.path))).toBe(true);
    } finally {
      await other.dispose();
    }
    const uuid = "3e6b2f14-8a52-4f0e-9d0c-1f6a7b9c2d10";
    const partition = {
      ...{ name: "root", number: 1, type: "linux", startSector: 2048, sectors: 202752 },
      ...{ offsetBytes: 1048576, sizeBytes: 103809024, bootable: true, partUuid: "ef849363-01" },
      ...{ filesystem: "erofs", uuid, label: "fifteen-bytes-x", mountPoint: "/" },
    };
    const { path } = await make({ sourceDateEpoch: 1_234_567_890, partition });
    const said = await ask("dump.erofs", "-s", path);
    expect(said).toContain("Fri Feb 13 23:31:30 2009");
    expect(said).toContain(uuid);
    expect((await readFile(path)).toString("latin1", 1024 + 64, 1024 + 80)).toBe(
      "fifteen-bytes-x\0",
    );
  });

  test("is without what other partitions hold, keeps the folder to mount on, and says so in fstab", async () => {
    const common = { startSector: 2048, sectors: 65536, offsetBytes: 1048576, sizeBytes: 33554432 };
    const names = { bootable: false, partUuid: "ef849363-01", label: "" };
    const uuid = "3e6b2f14-8a52-4f0e-9d0c-1f6a7b9c2d11";
    const a = { ...common, ...names, name: "a", number: 2, type: "linux", filesystem: "ext4" };
    const { path } = await make({ mounts: [{ ...a, uuid, mountPoint: "/a" }] });
    expect(await ask("dump.erofs", "--cat", "--path=/etc/fstab", path)).toBe(
      `UUID=${uuid} /a ext4 defaults 0 2\n`,
    );
    const listed = await ask("dump.erofs", "--ls", "--path=/a", path);
    expect(listed).toContain("directory");
    expect(listed.match(/^ +\d+ +\d {2}.*$/gm)).toHaveLength(2); // itself and its parent
    expect(await ask("dump.erofs", "--path=/z last link", path)).toContain(`Size: ${large.length}`);
  });

  test("is refused where it cannot hold the tree, by path", async () => {
    const xattrs = [["system.nfs4_acl", "x"]] as const;
    const list = [...entries, { ...base, path: "acl", type: "file" as const, xattrs }];
    await expect(make({}, list)).rejects.toThrow('"/acl": it has the attribute "system.nfs4_acl"');
  });
});

describe("an erofs that is not the tree is found by reading it back:", () => {
  let own: TestContext;
  let path: string;
  beforeAll(async () => {
    own = await testContext();
    ({ path } = await make({}, entries, own));
  });
  afterAll(() => own?.dispose());

  const changed = (at: string, more: Partial<TarEntry>) => (list: TarEntry[]) =>
    list.map((e) => (e.path === at ? { ...e, ...more } : e));
  test.each<[string, (list: TarEntry[]) => TarEntry[], string]>([
    ["a name less", (list) => [...list, { ...base, path: "zz", type: "file" }], '"/zz" is missing'],
    ["a name more", (list) => list.filter((e) => e.path !== "pipe"), '"/pipe" is not in the tree'],
    ["a mode", changed("pipe", { mode: 0o644 }), '"/pipe" should be'],
    ["an owner", changed("empty", { uid: 70_000 }), '"/empty" should be'],
    ["a time", changed("empty", { mtime: 1 }), '"/empty" should be'],
    ["an attribute", changed("shared", { xattrs: [] }), '"/shared" should be'],
    ["a device", changed("dev/tty", { minor: 1 }), '"/dev/tty" should be'],
    ["a target", changed("symlink", { target: "a" }), '"/symlink" should be'],
    ["a byte", changed("page", { content: Buffer.alloc(8192, "q") }), '"/page" has other bytes'],
    [
      "a hard link more",
      changed("z last link", { type: "file", target: "", content: large }),
      '"/a/x" should be',
    ],
    [
      "a hard link less",
      (list) => [
        ...list.filter((e) => e.path !== "page"),
        { ...base, path: "page", type: "link", target: "empty" },
      ],
      '"/page" is not the same file as "/empty"',
    ],
  ])("%s", async (_what, change, error) => {
    const { tree } = await commit(change([...entries]), ctx);
    const wanted = tree.items.filter((item): item is Entry => item.kind === "entry");
    await expect(compareErofs(path, wanted)).rejects.toThrow(error);
  });
});
