import { expect, test } from "vitest";
import { planFat } from "../../../provider/fat/plan.ts";
import { fatGeometry } from "../../../provider/plan/fat-geometry.ts";
import type { Entry } from "../../../provider/tree/types.ts";
import { treeOf } from "./trees.ts";

const options = {
  geometry: fatGeometry("fat16", 100 * 2048)!,
  ...{ uuid: "1A2B-3C4D", label: "", startSector: 2048, epochSeconds: 0 },
};
const messageOf = (...entries: (Partial<Entry> & { readonly path: string })[]) => {
  try {
    planFat(treeOf(...entries), options);
  } catch (error) {
    return String(error).split("\n").slice(1, -1).join("\n").trim();
  }
  return "";
};

test.each<[string, Partial<Entry> & { path: string }, string]>([
  ["symbolic links", { path: "a", type: "symlink", target: "b" }, '"/a": it is a symbolic link'],
  ["hard links", { path: "a", type: "link", target: "b" }, '"/a": it is a hard link to "b"'],
  ["devices", { path: "null", type: "character" }, '"/null": it is a character device'],
  ["pipes", { path: "a", type: "fifo" }, '"/a": it is a named pipe'],
  ["owners", { path: "a", uid: 1000 }, '"/a": it is owned by 1000:0, and FAT has no owners'],
  ["setuid", { path: "su", mode: 0o4755 }, '"/su": its mode is 4755, and FAT has none'],
  [
    "what is private",
    { path: "key", mode: 0o600 },
    '"/key": its mode is 0600: FAT would show it to everybody',
  ],
  [
    "attributes",
    { path: "ping", xattrs: [["security.capability", "x"]] },
    '"/ping": it has the attribute "security.capability"',
  ],
  [
    "files of 4 GiB",
    { path: "a", size: 2 ** 32 },
    '"/a": it has 4294967296 bytes, FAT holds 4294967295',
  ],
  ["names that are not UTF-8", { path: "\xff" }, '"/\ufffd": its name is not UTF-8'],
  ["signs of DOS", { path: "a:b" }, '"/a:b": its name has ":", which FAT does not allow'],
  [
    "names that end with a dot",
    { path: "a." },
    '"/a.": its name ends with a dot or a space, which FAT does not keep',
  ],
  [
    "names of devices",
    { path: "Nul.txt" },
    '"/Nul.txt": its name is that of a device of DOS and Windows',
  ],
  [
    "names of 256 units",
    { path: "n".repeat(256) },
    `"/${"n".repeat(99)}…${"n".repeat(100)}": its name has 256 UTF-16 units, FAT holds 255`,
  ],
])("FAT refuses, by path, %s", (_what, entry, expected) => {
  expect(messageOf(entry)).toBe(expected);
});

test("FAT takes names that only look like those of devices", () => {
  expect(messageOf({ path: "console" }, { path: "com10" }, { path: "x.nul" })).toBe("");
});

test("two names that differ in case are one, also where they are not ASCII", () => {
  expect(messageOf({ path: "README" }, { path: "readme" })).toBe(
    '"/readme": it is one name with "/README", because FAT does not tell case',
  );
  const latin1 = (text: string) => Buffer.from(text).toString("latin1");
  expect(messageOf({ path: latin1("Ärger") }, { path: latin1("ärger") })).toMatch("is one name");
  expect(messageOf({ path: "sub", type: "directory", mode: 0o755 }, { path: "sub/a" })).toBe("");
});

test("every refusal is told at once, up to ten, and how many more there are", () => {
  const many = Array.from({ length: 12 }, (_, i) => ({ path: `f${i}`, uid: 1 }));
  expect(messageOf(...many).split("\n")).toHaveLength(11);
  expect(messageOf(...many)).toMatch(/and 2 more$/);
});

test("a root directory of 512 slots takes no 513th name", () => {
  const files = (count: number) => Array.from({ length: count }, (_, i) => ({ path: `F${i}` }));
  expect(() => planFat(treeOf(...files(512)), options)).not.toThrow();
  expect(() => planFat(treeOf(...files(513)), options)).toThrow(
    "The names in the root directory take 513 slots, fat16 has 512",
  );
});

test("what does not fit is refused with the size that would do", () => {
  const needs = (size: number) => () => planFat(treeOf({ path: "a", size }), options);
  expect(needs(50580 * 2048)).not.toThrow();
  expect(needs(150 * 2 ** 20)).toThrow(
    "The contents take 157286400 bytes but the fat16 has room for 104634368\n(set the partition's sizeMiB to at least 151)",
  );
  expect(() =>
    planFat(treeOf({ path: "a", size: 151 * 2 ** 20 - 2 ** 19 }), {
      ...options,
      geometry: fatGeometry("fat16", 151 * 2048)!,
    }),
  ).not.toThrow();
  expect(needs(3 * 2 ** 30)).toThrow("no fat16 is large enough: use another filesystem");
});
