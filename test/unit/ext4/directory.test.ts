import { expect, test } from "vitest";
import { encodeDirectory, NameList } from "../../../provider/ext4/directories/directory.ts";

const dots = [
  { inode: 2, type: 2 },
  { inode: 2, type: 2 },
] as const;

function encode(names: NameList<number>): Buffer[] {
  return encodeDirectory(names, names.blocks, dots, (inode) => ({ inode, type: 1 }), 0);
}

/** Entries as a reader meets them: inode, length, name. */
function listed(block: Buffer): [number, number, string][] {
  const entries: [number, number, string][] = [];
  for (let at = 0; at < 4096; at += block.readUInt16LE(at + 4)) {
    const name = block.toString("latin1", at + 8, at + 8 + block.readUInt8(at + 6));
    entries.push([block.readUInt32LE(at), block.readUInt16LE(at + 4), name]);
  }
  return entries;
}

test("entries are padded to 4 bytes, and the last one reaches to the checksum", () => {
  const names = new NameList<number>();
  for (const name of ["a", "four", "fives", "n".repeat(255)]) names.slot(name).target = 20;
  expect(listed(encode(names)[0]!).map(([, length]) => length)).toEqual([
    12,
    12,
    12,
    12,
    16,
    4084 - 64,
    12,
  ]);
});

test("a block holds 15 of the longest names, and the next one begins with the 16th", () => {
  const names = new NameList<number>();
  for (let i = 0; i < 16; i++) names.slot(`${i}`.padStart(255, "n")).target = 20 + i;
  expect(names.blocks).toBe(2);
  expect(listed(encode(names)[1]!)[0]).toEqual([35, 4084, "15".padStart(255, "n")]);
});

test.each([
  [92, 1],
  [93, 2],
])(
  "where 92 bytes are left to the checksum, a name of %i bytes makes %i blocks",
  (last, blocks) => {
    const names = new NameList<number>();
    for (let i = 0; i < 15; i++) names.slot(`${i}`.padStart(255, "n")).target = 20;
    names.slot("x".repeat(last)).target = 20;
    expect(names.blocks).toBe(blocks);
  },
);

test("a deleted name leaves an unused entry, and comes back to the same place", () => {
  const names = new NameList<number>();
  for (const name of ["a", "b", "c"]) names.slot(name).target = 20;
  const full = encode(names);
  names.slot("b").target = undefined;
  expect(listed(encode(names)[0]!).map(([inode, , name]) => [inode, name])).toEqual([
    [2, "."],
    [2, ".."],
    [20, "a"],
    [0, ""],
    [20, "c"],
    [0, ""],
  ]);
  names.slot("b").target = 20;
  expect(encode(names)).toEqual(full);
});

test("a block without names is one unused entry", () => {
  const names = new NameList<number>();
  const blocks = encodeDirectory(names, 2, dots, () => dots[0], 0);
  expect(listed(blocks[1]!)[0]).toEqual([0, 4084, ""]);
});
