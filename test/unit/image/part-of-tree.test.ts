import { readFile } from "node:fs/promises";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { Filesystem } from "../../../provider/flow/compose/filesystem.ts";
import { demandWhole } from "../../../provider/image/demand-whole.ts";
import type { MachineFile } from "../../../provider/image/machine-file.ts";
import { partOfTree } from "../../../provider/image/part-of-tree.ts";
import { withFiles } from "../../../provider/image/with-files.ts";
import { partitionRequestSchema } from "../../../provider/plan/layout.ts";
import { planLayout } from "../../../provider/plan/plan-layout.ts";
import { encodeRecipe, type Ref } from "../../../provider/plan/ref.ts";
import { treeDigest } from "../../../provider/tree/digest.ts";
import { saveTree } from "../../../provider/tree/object.ts";
import type { Tree } from "../../../provider/tree/types.ts";
import { testContext } from "../../context.ts";

let ctx: Awaited<ReturnType<typeof testContext>>;
beforeEach(async () => {
  ctx = await testContext();
});
afterEach(() => ctx.dispose());

const file = (path: string, content = path): MachineFile => ({
  ...{ path, type: "file", mode: 0o644, uid: 0, gid: 0, content: Buffer.from(content) },
});
const mount = (path: string) => ({ partition: path.slice(1), path });
const line = { device: "UUID=1", mountPoint: "/home", type: "ext4", options: "defaults", pass: 2 };

async function treeOf(...files: MachineFile[]): Promise<Ref> {
  const times = { uid: 0, gid: 0, mtime: 0, mtimeNs: 0, size: 0 };
  const root = { kind: "entry", path: "", type: "directory", mode: 0o755, ...times } as const;
  const empty: Tree = { items: [root, { kind: "boundary" }], sources: [] };
  const tree = await withFiles(empty, files, 0, ctx.store);
  const digest = treeDigest(tree);
  await ctx.store.stage(async (folder) => {
    await saveTree(tree, `${folder}/tree`);
    await ctx.store.commit({ kind: "tree", digest, file: `${folder}/tree` });
  });
  return { kind: "tree", digest, recipe: "" };
}

function pathsOf({ items }: Tree): string[] {
  return items.flatMap((item) => (item.kind === "entry" ? [item.path] : []));
}

describe("the part of a tree that a filesystem holds", () => {
  test("keeps the folders that are mounted on, empty, and makes those that are missing", async () => {
    const tree = await treeOf(file("home/a/b"), file("homes"), file("etc/motd"));
    const mounts = [mount("/home"), mount("/srv/däta")];
    const part = await partOfTree({ tree, subtree: "/", mounts }, ctx);
    expect(pathsOf(part.tree)).toEqual(["", "home", "homes", "etc", "etc/motd"]);
    const srv = Buffer.from("srv/däta").toString("latin1");
    expect(part.files).toEqual([{ path: srv, type: "directory", mode: 0o755, uid: 0, gid: 0 }]);
  });

  test("and that of what is mounted there are all of the tree together", async () => {
    const tree = await treeOf(file("home/a/b"), file("boot/efi/x"), file("boot/y"), file("z"));
    const parts = [
      { subtree: "/", mounts: [mount("/boot"), mount("/home")] },
      { subtree: "/boot", mounts: [mount("/efi")] },
      { subtree: "/boot/efi" },
      { subtree: "/home" },
    ];
    const held: string[] = [];
    for (const part of parts) {
      const found = pathsOf((await partOfTree({ tree, ...part }, ctx)).tree).filter((p) => p);
      held.push(...found.map((path) => `${part.subtree === "/" ? "" : part.subtree}/${path}`));
    }
    const all = ["/boot", "/boot/efi", "/boot/efi/x", "/boot/y", "/home", "/home/a", "/home/a/b"];
    expect(held.sort()).toEqual([...all, "/z"]);
  });

  test("cannot have what is no directory where something is mounted", async () => {
    const link = { ...file("home"), type: "symlink" as const, target: "srv" };
    const { content: _, ...home } = link;
    const part = partOfTree(
      { tree: await treeOf(home), subtree: "/", mounts: [mount("/home")] },
      ctx,
    );
    await expect(part).rejects.toThrow(
      'Partition "home" cannot be mounted on "/home", which is a symlink in the tree',
    );
  });

  test("has the image's fstab with the new lines behind its own, byte for byte", async () => {
    const tree = await treeOf({
      ...file("etc/fstab"),
      content: Buffer.from("# \xff\n/dev/sdb /data ext4", "latin1"),
    });
    const { files } = await partOfTree({ tree, subtree: "/", addedFstab: [line] }, ctx);
    const text = Buffer.from(files[0]?.content ?? []).toString("latin1");
    expect(text).toBe("# \xff\n/dev/sdb /data ext4\nUUID=1 /home ext4 defaults 0 2\n");
  });

  test("is refused where the image's fstab mounts something else there", async () => {
    const tree = await treeOf(file("etc/fstab", "LABEL=x  /home\txfs defaults 0 0\n"));
    await expect(partOfTree({ tree, subtree: "/", addedFstab: [line] }, ctx)).rejects.toThrow(
      'The image\'s /etc/fstab mounts "/home" already: "LABEL=x  /home\\txfs defaults 0 0"',
    );
    const given = await partOfTree({ tree, subtree: "/", fstab: [line] }, ctx);
    expect(String(given.files[0]?.content)).toBe("UUID=1 /home ext4 defaults 0 2\n");
  });
});

test("a FAT of /boot leaves the ESP that is mounted in it to that", async () => {
  const tree = await treeOf(file("boot/efi/loader"), file("boot/vmlinuz"));
  const request = partitionRequestSchema.parse({ name: "boot", type: "fat16", sizeMiB: 4 });
  const { partitions } = planLayout({
    ...{ seed: "demo", table: "mbr" as const, roundToMiB: 8 },
    partitions: [request],
  });
  const [partition] = partitions;
  const esp = { ...partition, name: "esp", mountPoint: "/boot/efi" };
  const given = { type: "fat16", tree, subtree: "/boot", partition, mounts: [esp] };
  const { ref } = await Filesystem.make!(Filesystem.plan(Filesystem.inputs.parse(given)), ctx);
  const bytes = await readFile(ctx.store.path("file", ref.digest), "latin1");
  expect(bytes).toContain("VMLINUZ ");
  expect(bytes).toContain("EFI  ");
  expect(bytes).not.toContain("LOADER ");
});

describe("a disk is refused, by path,", () => {
  const filesystem = (name: string, plan: object) => ({
    name,
    content: {
      ...{ kind: "ext4" as const, digest: `sha256:${"a".repeat(64)}` },
      recipe: encodeRecipe({ step: "Filesystem", version: 2, plan }),
    },
  });

  test("where what a filesystem leaves out is in no other one", async () => {
    const tree = await treeOf(file("home/a"), file("boot/y"));
    const root = filesystem("root", { tree, subtree: "/", mounts: [mount("/home")] });
    const held = filesystem("home", { tree, subtree: "/home" });
    await demandWhole([root, held], ctx);
    const other = filesystem("home", { tree, subtree: "/boot" });
    await expect(demandWhole([root, other], ctx)).rejects.toThrow(
      '"/home/a" would be lost: the filesystem of partition "root" leaves "/home" to partition "home"',
    );
    const empty = await treeOf(file("boot/y"));
    const bare = filesystem("root", { tree: empty, subtree: "/", mounts: [mount("/home")] });
    await demandWhole([bare, other], ctx);
  });
});
