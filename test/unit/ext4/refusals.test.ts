import { expect, test } from "vitest";
import { ContentError, InputError } from "../../../provider/errors.ts";
import { planExt4 } from "../../../provider/ext4/plan.ts";
import type { Item } from "../../../provider/tree/types.ts";
import { directory, entry, file, ghost, sized, symlink, treeOf } from "./trees.ts";

const tebibyte = 2 ** 40;

test.each<[string, Item[]]>([
  ["/x…: its name has 256 bytes, the limit is 255", [file("x".repeat(256), 0)]],
  ["/..: a directory entry cannot have this name", [file("..", 0)]],
  ["/a\\u0000b: its name contains a zero byte", [file("a\0b", 0)]],
  ["/l: its target has 4096 bytes, the limit is 4095", [symlink("l", "x".repeat(4096))]],
  ["/l: its target is empty", [symlink("l", "")]],
  ["/f: its owner is 4294967296, the limit is 4294967295", [file("f", 0, { uid: 2 ** 32 })]],
  ["/f: its group is -1, the limit is 4294967295", [file("f", 0, { gid: -1 })]],
  ["/f: its time is -2147483649, the limits are", [file("f", 0, { mtime: -(2 ** 31) - 1 })]],
  ["/f: its time is 15032385536, the limits are", [file("f", 0, { mtime: 2 ** 34 - 2 ** 31 })]],
  ["/d: its device is 4096:0, the limit is 4095:1048575", [entry("d", "block", { major: 4096 })]],
  ["/d: its device is 0:1048576,", [entry("d", "character", { minor: 2 ** 20 })]],
  [
    "/f: it has 17592186044416 bytes, the limit is 17592186040320",
    [entry("f", "file", { size: 16 * tebibyte })],
  ],
  ["/a/b: its directory is not in the tree before it", [file("a/b", 0)]],
  ["/a/b: its directory is not in the tree before it", [ghost("a", "directory"), file("a/b", 0)]],
  ["/a: it is in the tree twice", [file("a", 0), file("a", 0)]],
  ["/h: it is a hard link to /gone, no file before it", [entry("h", "link", { target: "gone" })]],
  ["/lost+found: ext4 has its own directory of this name", [file("lost+found", 0)]],
  [
    "/f: its contents are cut at byte 512 with length 4096 of 9000",
    [file("f", 9000, { segments: [[512, 0, 4096]] })],
  ],
])("refuses %s", (reason, items) => {
  const plan = (): unknown => planExt4(treeOf(...items), sized(64));
  expect(plan).toThrow(ContentError);
  expect(plan).toThrow(reason.replace("…", "x".repeat(255)));
});

test("a file has at most 65000 names", () => {
  const names = (count: number): Item[] => [
    file("f", 0),
    ...Array.from({ length: count - 1 }, (_, i) => entry(`l${i}`, "link", { target: "f" })),
  ];
  expect(() => planExt4(treeOf(...names(65_000)), sized(64))).not.toThrow();
  expect(() => planExt4(treeOf(...names(65_001)), sized(64))).toThrow(
    "/f: it has 65001 names, the limit is 65000",
  );
});

test("everything that ext4 cannot hold is said at once, and of many the number", () => {
  const bad = (count: number): Item[] =>
    Array.from({ length: count }, (_, i) => file(`f${i}`, 0, { uid: -1, gid: -1 }));
  expect(() => planExt4(treeOf(...bad(2)), sized(64))).toThrow(
    [
      "ext4 cannot hold what the tree has:",
      "/f0: its owner is -1, the limit is 4294967295",
      "/f0: its group is -1, the limit is 4294967295",
      "/f1: its owner is -1, the limit is 4294967295",
      "/f1: its group is -1, the limit is 4294967295",
      "(change or remove these paths where the tree is made)",
    ].join("\n"),
  );
  expect(() => planExt4(treeOf(...bad(15)), sized(64))).toThrow("\nand 10 more\n");
});

test("what ext4 can just hold is not refused", () => {
  const items = [
    directory("x".repeat(255)),
    symlink("l", "x".repeat(4095)),
    file("f", 0, { uid: 2 ** 32 - 1, gid: 2 ** 32 - 1, mtime: 2 ** 34 - 1 - 2 ** 31 }),
    file("g", 0, { mtime: -(2 ** 31), mode: 0o7777 }),
    entry("d", "block", { major: 4095, minor: 2 ** 20 - 1 }),
    entry("s", "file", { size: 16 * tebibyte - 4096 }),
  ];
  expect(() => planExt4(treeOf(...items), sized(64))).not.toThrow();
});

test("options that make no filesystem are refused together", () => {
  const options = { uuid: "x", label: "seventeen letters", epochSeconds: -1, journalMiB: 1 };
  const plan = (): unknown => planExt4(treeOf(), sized(64, options));
  expect(plan).toThrow(InputError);
  expect(plan).toThrow(
    [
      "uuid: must be a UUID, got x",
      "label: must have at most 16 bytes, got seventeen letters",
      "epochSeconds: must be from 0 to 4294967295, got -1",
      "journalMiB: must be from 4 to 1024, got 1",
    ].join("\n"),
  );
});
