import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { treeDigest } from "../../../provider/tree/digest.ts";
import { loadTree, saveTree } from "../../../provider/tree/object.ts";
import { overlay } from "../../../provider/tree/overlay.ts";
import { subtree } from "../../../provider/tree/subtree.ts";
import type { Tree } from "../../../provider/tree/types.ts";
import { directory, file, layer, lines, link, merge, symlink, whiteout } from "./layers.ts";

const image = () =>
  merge(
    layer(directory(""), directory("etc"), file("etc/hostname", "old"), symlink("lib", "usr/lib")),
    layer(
      file("a", "1"),
      directory("srv"),
      directory("srv/d"),
      link("srv/b", "a"),
      link("srv/c", "a"),
    ),
    layer(file("srv/gone", "x"), file("top")),
    layer(whiteout("srv/gone")),
  );

test("an overlay replaces, appends behind a boundary, makes parents and goes through symlinks", () => {
  const added = [
    file("etc/hostname", "new"),
    file("lib/new/x", "y"),
    directory("srv/d", { mode: 0o700 }),
  ];
  const tree = overlay(image(), "sha256:generated", added);
  expect(lines(tree)).toEqual([
    ...["+ /", "+ etc/", "- etc/hostname", "+ lib symlink usr/lib", "|"],
    ...[
      "+ a",
      "+ srv/",
      "+ srv/d/",
      "+ srv/b link a",
      "+ srv/c link a",
      "|",
      "- srv/gone",
      "+ top",
      "|",
    ],
    ...["+ etc/hostname", "+ usr/", "+ usr/lib/", "+ usr/lib/new/", "+ usr/lib/new/x", "|"],
  ]);
  expect(tree.items.find((i) => i.kind === "entry" && i.path === "srv/d")).toMatchObject({
    mode: 0o700,
  });
  expect(tree.items.find((i) => i.kind === "entry" && i.path === "usr/lib/new")).toMatchObject({
    mode: 0o755,
  });
  expect(tree.sources.at(-1)).toBe("sha256:generated");
});

test("an overlay on a hard-linked name leaves the other names as they were", () => {
  const tree = overlay(image(), "sha256:generated", [file("a", "2")]);
  expect(lines(tree).slice(5)).toEqual([
    ...[
      "- a",
      "+ srv/",
      "+ srv/d/",
      "+ srv/b",
      "+ srv/c link srv/b",
      "|",
      "- srv/gone",
      "+ top",
      "|",
    ],
    ...["+ a", "|"],
  ]);
});

test("a subtree has its directory as root, and hard links from outside become files", () => {
  const tree = subtree(image(), "srv");
  expect(lines(tree)).toEqual(["+ /", "+ d/", "+ b", "+ c link b", "|", "- gone", "|"]);
  expect(tree.items[2]).toMatchObject({ path: "b", type: "file", size: 1 });
  expect(subtree(image(), "").items).toEqual(image().items);
});

test.each(["none", "a", "sr"])("a subtree of %s, which is no directory, is refused", (path) => {
  expect(() => subtree(image(), path)).toThrow(`"/${path}" is`);
});

test("the digest counts every attribute, the order and the holes, and not where the bytes are", () => {
  const tree = image();
  const digest = treeDigest(tree);
  const change = (items: Tree["items"]) => treeDigest({ ...tree, items });
  const at = tree.items.findIndex((i) => i.kind === "entry" && i.path === "a");
  const with_ = (fields: object) =>
    change(tree.items.with(at, { ...tree.items[at]!, ...fields } as never));
  const changes = [
    { path: "A" },
    { type: "fifo" },
    { mode: 0o600 },
    { uid: 1 },
    { gid: 1 },
    { mtime: 1 },
    { mtimeNs: 1 },
    { size: 2 },
    { digest: "sha256:0" },
    { segments: [] },
    { xattrs: [["user.a", ""]] },
    { target: "x" },
    { major: 1 },
    { minor: 1 },
    { kind: "ghost" },
  ];
  const digests = [digest, ...changes.map(with_), change([...tree.items].reverse())];
  expect(new Set(digests).size).toBe(changes.length + 2);
  expect(with_({ source: 7, segments: [[0, 99999, 1]] })).toBe(digest);
});

test("a tree comes back from its file; a damaged one is refused", async () => {
  const folder = await mkdtemp(join(tmpdir(), "tree-"));
  try {
    const tree = merge(layer(file("\xff\n", "x", { xattrs: [["user.a", "\0\xfe"]] })));
    await saveTree(tree, join(folder, "tree"));
    expect(await loadTree(join(folder, "tree"))).toEqual(tree);
    for (const text of ['{"version":1', "{}", '{"version":2,"items":[],"sources":[]}']) {
      await writeFile(join(folder, "bad"), text);
      await expect(loadTree(join(folder, "bad"))).rejects.toThrow(/no tree|damaged/);
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});
