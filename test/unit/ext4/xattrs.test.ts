import { expect, test } from "vitest";
import { aclOnDisk } from "../../../provider/ext4/inodes/acl.ts";
import {
  attributesOf,
  encodeAttributeBlock,
  encodeInInode,
} from "../../../provider/ext4/inodes/xattrs.ts";
import { Refusals } from "../../../provider/ext4/replay/refusals.ts";
import { entry } from "./trees.ts";

function read(...xattrs: [string, string][]) {
  const refusals = new Refusals();
  const attributes = attributesOf(entry("f", "file", { xattrs }), refusals);
  refusals.settle();
  return attributes;
}

test("attributes of 88 bytes lie in the inode, of 92 in a block", () => {
  expect(read(["user.a", "x".repeat(68)]).needsBlock).toBe(false);
  expect(read(["user.a", "x".repeat(69)]).needsBlock).toBe(true);
});

test("a block holds 4060 bytes of attributes and no more", () => {
  expect(read(["user.a", "x".repeat(4040)]).needsBlock).toBe(true);
  expect(() => read(["user.a", "x".repeat(4041)])).toThrow(
    "/f: its extended attributes need 4068 bytes, there is room for 4064",
  );
});

test("an attribute in the inode has its value at the end", () => {
  const bytes = encodeInInode(read(["user.ab", "value"]))!;
  expect(bytes.readUInt32LE(0)).toBe(0xea020000);
  expect([bytes[4], bytes[5], bytes.toString("latin1", 20, 22)]).toEqual([2, 1, "ab"]);
  const at = 4 + bytes.readUInt16LE(6);
  expect(bytes.toString("latin1", at, at + bytes.readUInt32LE(12))).toBe("value");
});

test("attributes are sorted by namespace, length of name, and name", () => {
  const { list } = read(
    ["security.a", ""],
    ["trusted.a", ""],
    ["user.aa", ""],
    ["user.b", ""],
    ["user.a", ""],
  );
  expect(list.map(({ namespace, name }) => `${namespace} ${name}`)).toEqual([
    "1 a",
    "1 b",
    "1 aa",
    "4 a",
    "6 a",
  ]);
});

test("an attribute block depends on where it lies", () => {
  const attributes = read(["user.a", "x".repeat(100)]);
  const [here, there] = [1000, 1001].map((block) => encodeAttributeBlock(attributes, 7, block));
  expect(here!.compare(there!, 0x14, 4096, 0x14, 4096)).toBe(0);
  expect(here!.readUInt32LE(0x10)).not.toBe(there!.readUInt32LE(0x10));
});

const acl = Buffer.concat([
  Buffer.from([2, 0, 0, 0]),
  Buffer.from([1, 0, 7, 0, 255, 255, 255, 255]), // user::rwx
  Buffer.from([2, 0, 6, 0, 0xe8, 3, 0, 0]), // user:1000:rw-
  Buffer.from([4, 0, 5, 0, 255, 255, 255, 255]), // group::r-x
  Buffer.from([0x10, 0, 7, 0, 255, 255, 255, 255]), // mask::rwx
  Buffer.from([0x20, 0, 4, 0, 255, 255, 255, 255]), // other::r--
]);

test("an ACL keeps ids on disk only where it names somebody", () => {
  expect(aclOnDisk(acl)?.toString("hex")).toBe(
    ["01000000", "01000700", "02000600e8030000", "04000500", "10000700", "20000400"].join(""),
  );
});

test.each([
  ["is empty", Buffer.alloc(0)],
  ["has the version of the disk", Buffer.from([1, 0, 0, 0])],
  ["is cut off", acl.subarray(0, 11)],
  ["has an unknown tag", Buffer.from([2, 0, 0, 0, 3, 0, 7, 0, 0, 0, 0, 0])],
])("an ACL that %s is refused", (_, value) => {
  expect(aclOnDisk(value)).toBeUndefined();
  expect(() => read(["system.posix_acl_access", value.toString("latin1")])).toThrow(
    "/f: the value of system.posix_acl_access is not an ACL",
  );
});

test.each(["system.nfs4_acl", "user.", "btrfs.compression", "os2.x"])("%s is refused", (name) => {
  expect(() => read([name, "x"])).toThrow(`no place for the extended attribute "${name}"`);
});
