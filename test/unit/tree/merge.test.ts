import { expect, test } from "vitest";
import { treeDigest } from "../../../provider/tree/digest.ts";
import type { Layer } from "../../../provider/tree/merge.ts";
import type { Entry } from "../../../provider/tree/types.ts";
import {
  directory,
  EPOCH,
  file,
  layer,
  lines,
  link,
  merge,
  opaque,
  symlink,
  whiteout,
} from "./layers.ts";

const base = layer(
  directory(""),
  directory("d"),
  file("d/a", "1"),
  file("d/b", "22"),
  file("e", "3"),
);

const cases: [string, Layer[], string[]][] = [
  [
    "a file stands where it was last written, a ghost where it was before",
    [base, layer(directory("d"), file("d/a", "new"))],
    ["+ /", "+ d/", "- d/a", "+ d/b", "+ e", "|", "+ d/a", "|"],
  ],
  [
    "a whiteout leaves a ghost and no layer of its own",
    [base, layer(whiteout("d/a"))],
    ["+ /", "+ d/", "- d/a", "+ d/b", "+ e", "|"],
  ],
  [
    "a whiteout speaks of lower layers only, wherever it stands",
    [base, layer(file("d/a", "new"), whiteout("d/a"), file("d/c"), whiteout("d/c"))],
    ["+ /", "+ d/", "- d/a", "+ d/b", "+ e", "|", "+ d/a", "+ d/c", "|"],
  ],
  [
    "a whiteout of a directory takes all in it, and the same layer may make it anew",
    [base, layer(whiteout("d"), directory("d"), file("d/c"))],
    ["+ /", "- d/", "- d/a", "- d/b", "+ e", "|", "+ d/", "+ d/c", "|"],
  ],
  [
    "an opaque directory keeps its place and loses what was in it",
    [base, layer(directory("d"), opaque("d"), file("d/b"))],
    ["+ /", "+ d/", "- d/a", "- d/b", "+ e", "|", "+ d/b", "|"],
  ],
  [
    "an opaque root empties the image",
    [base, layer(opaque(""), file("x"))],
    ["+ /", "- d/", "- d/a", "- d/b", "- e", "|", "+ x", "|"],
  ],
  [
    "an opaque mark on a directory that replaces a symlink does not reach through it",
    [
      layer(directory("usr"), file("usr/x"), symlink("lib", "usr")),
      layer(directory("lib"), opaque("lib"), file("lib/y")),
    ],
    ["+ /", "+ usr/", "+ usr/x", "- lib symlink", "|", "+ lib/", "+ lib/y", "|"],
  ],
  [
    "a file in place of a directory takes the directory's content away",
    [base, layer(file("d", "x"))],
    ["+ /", "- d/", "- d/a", "- d/b", "+ e", "|", "+ d", "|"],
  ],
  [
    "a directory in place of a file",
    [base, layer(directory("e"), file("e/x"))],
    ["+ /", "+ d/", "+ d/a", "+ d/b", "- e", "|", "+ e/", "+ e/x", "|"],
  ],
  [
    "missing parents are made, and one that is a file gives way",
    [base, layer(file("new/deep/x"), file("e/y"))],
    [
      "+ /",
      "+ d/",
      "+ d/a",
      "+ d/b",
      "- e",
      "|",
      "+ new/",
      "+ new/deep/",
      "+ new/deep/x",
      "+ e/",
      "+ e/y",
      "|",
    ],
  ],
  [
    "what is put below a symlink goes where it leads",
    [
      layer(directory("usr/lib"), symlink("lib", "usr/lib")),
      layer(file("lib/x"), file("lib/new/y")),
    ],
    [
      "+ /",
      "+ usr/",
      "+ usr/lib/",
      "+ lib symlink usr/lib",
      "|",
      "+ usr/lib/x",
      "+ usr/lib/new/",
      "+ usr/lib/new/y",
      "|",
    ],
  ],
  [
    "symlinks on the way may be absolute, go up, and end at the root",
    [
      layer(
        directory("a/b"),
        symlink("a/abs", "/a/b"),
        symlink("a/up", "../../../a/b"),
        directory("x"),
      ),
      layer(file("a/abs/one"), file("a/up/two"), link("three", "a/abs/one")),
    ],
    [
      ...[
        "+ /",
        "+ a/",
        "+ a/b/",
        "+ a/abs symlink /a/b",
        "+ a/up symlink ../../../a/b",
        "+ x/",
        "|",
      ],
      ...["+ a/b/one", "+ a/b/two", "+ three link a/b/one", "|"],
    ],
  ],
  [
    "of two entries in one layer the later counts, and no ghost is left",
    [layer(file("a", "1"), file("b"), file("a", "22"))],
    ["+ /", "+ b", "+ a", "|"],
  ],
  [
    "what a layer makes and a later one takes away and makes again has its places",
    [base, layer(whiteout("e")), layer(file("e", "4")), layer(file("e", "5"))],
    ["+ /", "+ d/", "+ d/a", "+ d/b", "- e", "|", "- e", "|", "+ e", "|"],
  ],
  [
    "a hard link across layers",
    [base, layer(link("l", "e"))],
    ["+ /", "+ d/", "+ d/a", "+ d/b", "+ e", "|", "+ l link e", "|"],
  ],
  [
    "the first name that is left takes over a hard-linked file, at its place",
    [layer(file("a", "1"), file("x"), link("b", "a"), link("c", "a")), layer(whiteout("a"))],
    ["+ /", "- a link", "+ b", "+ x", "- b link", "+ c link b", "|"],
  ],
  [
    "a replaced first name leaves the other names their old content",
    [layer(file("a", "1"), link("b", "a")), layer(file("a", "2"))],
    ["+ /", "- a link", "+ b", "- b link", "|", "+ a", "|"],
  ],
  [
    "an heir whose directory comes later stands at its own place",
    [layer(file("a", "1"), directory("d"), link("d/b", "a"), link("c", "a")), layer(whiteout("a"))],
    ["+ /", "- a", "+ d/", "+ d/b", "+ c link d/b", "|"],
  ],
  [
    "all names of a file taken away are ghosts",
    [layer(file("a", "1"), link("b", "a")), layer(whiteout("b"), whiteout("a"))],
    ["+ /", "- a", "- b link", "|"],
  ],
  [
    "a hard link to the name that it has already changes nothing",
    [layer(file("a", "1"), link("b", "a"), link("a", "b"), link("a", "a"))],
    ["+ /", "+ a", "+ b link a", "|"],
  ],
  [
    "AUFS's own files are no part of the image, and /.dockerenv is",
    [
      layer(
        directory(".wh..wh.plnk"),
        file(".wh..wh.plnk/12.3"),
        file(".wh..wh.aufs"),
        file(".dockerenv"),
      ),
    ],
    ["+ /", "+ .dockerenv", "|"],
  ],
];
test.each(cases)("%s", (_, layers, expected) => {
  expect(lines(merge(...layers))).toEqual(expected);
});

test("a layer that only lists unchanged directories, or nothing, changes nothing", () => {
  const top = layer(file("top", "x"));
  const empty = [
    layer(),
    layer(directory(""), directory("d")),
    layer(whiteout("none"), opaque("none")),
  ];
  const plain = merge(base, top);
  const padded = merge(layer(), base, ...empty, top, layer());
  expect(padded).toEqual(plain);
  expect(treeDigest(padded)).toBe(treeDigest(plain));
});

test("a directory has the attributes of its last writer, at its first place", () => {
  const xattrs = [["user.a", "b"]] as const;
  const tree = merge(base, layer(directory("d", { mode: 0o1777, uid: 5, xattrs })));
  expect(tree.items[1]).toMatchObject({ path: "d", mode: 0o1777, uid: 5, xattrs });
  expect(lines(tree)).toEqual(lines(merge(base)));
});

test("only layers that hold living content are sources", () => {
  const [one, two, three] = [layer(file("a", "1")), layer(file("b", "2")), layer(file("a", "3"))];
  const tree = merge(one, two, layer(directory("c")), three, two);
  expect(tree.sources).toEqual([three.digest, two.digest]);
  const sourceOf = (path: string) =>
    tree.sources[
      tree.items.find((i): i is Entry => i.kind === "entry" && i.path === path)!.source!
    ];
  expect([sourceOf("a"), sourceOf("b")]).toEqual([three.digest, two.digest]);
});

test.each([
  [EPOCH + 1, 5, EPOCH, 0],
  [EPOCH, 1, EPOCH, 0],
  [EPOCH, 0, EPOCH, 0],
  [EPOCH - 1, 999_999_999, EPOCH - 1, 999_999_999],
  [-5, 7, -5, 7],
])("the time %d.%d becomes %d.%d", (mtime, mtimeNs, seconds, ns) => {
  const tree = merge(layer(file("a", "", { mtime, mtimeNs })));
  expect(tree.items[1]).toMatchObject({ mtime: seconds, mtimeNs: ns });
});

test("the ghost of a file with holes says where its data was", () => {
  const sparse = file("s", "", { size: 40960, digest: "sha256:1", segments: [[8192, 512, 4096]] });
  const { items } = merge(
    layer(sparse, file("solid", "x")),
    layer(whiteout("s"), whiteout("solid")),
  );
  expect(items[1]).toEqual({
    kind: "ghost",
    path: "s",
    type: "file",
    size: 40960,
    data: [[8192, 4096]],
  });
  expect(items[2]).toEqual({ kind: "ghost", path: "solid", type: "file", size: 1 });
});

test.each([
  ["nothing", link("l", "none"), /"l" is a hard link to "none", which is not in the image by then/],
  ["a directory", link("l", "d"), /"l" is a hard link to "d", which is a directory/],
])("a hard link to %s is refused by name", (_, member, message) => {
  expect(() => merge(base, layer(member))).toThrow(message);
});

test("symlinks that lead in a circle are refused by name", () => {
  expect(() => merge(layer(symlink("a", "b"), symlink("b", "a"), file("a/x")))).toThrow(
    /"a": symlinks/,
  );
});
