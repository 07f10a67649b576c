import { expect, test } from "vitest";
import {
  encodeDevice,
  encodeInode,
  encodeTime,
  timeRange,
} from "../../../provider/ext4/inodes/inode.ts";

// The table of the kernel documentation, "Inode Timestamps".
test.each([
  ["1901-12-13T20:45:52Z", -0x80000000, 0],
  ["1969-12-31T23:59:59Z", -1, 0],
  ["1970-01-01T00:00:00Z", 0, 0],
  ["2038-01-19T03:14:07Z", 0x7fffffff, 0],
  ["2038-01-19T03:14:08Z", -0x80000000, 1],
  ["2106-02-07T06:28:15Z", -1, 1],
  ["2106-02-07T06:28:16Z", 0, 1],
  ["2174-02-25T09:42:24Z", -0x80000000, 2],
  ["2242-03-16T12:56:32Z", 0, 2],
  ["2310-04-04T16:10:40Z", -0x80000000, 3],
  ["2446-05-10T22:38:55Z", 0x7fffffff, 3],
])("%s is %i with epoch %i", (date, low, epoch) => {
  expect(encodeTime(Date.parse(date) / 1000, 0)).toEqual([low, epoch]);
});

test("nanoseconds take the 30 bits over the epoch", () => {
  expect(encodeTime(timeRange.last, 999_999_999)).toEqual([0x7fffffff, 999_999_999 * 4 + 3]);
});

const plain = {
  type: "file",
  mode: 0o7755,
  uid: 0,
  gid: 0,
  size: 0,
  links: 1,
  flags: 0,
  iBlock: Buffer.alloc(60),
  blocks: 0,
  attributeBlock: 0,
  mtime: 0,
  mtimeNs: 0,
} as const;

test("owners have 32 bits in two places", () => {
  const inode = encodeInode({ ...plain, uid: 4_000_000_000, gid: 0xffff_fffe }, 0, 0);
  expect([inode.readUInt16LE(0x02), inode.readUInt16LE(0x78)]).toEqual([10_240, 61_035]);
  expect([inode.readUInt16LE(0x18), inode.readUInt16LE(0x7a)]).toEqual([0xfffe, 0xffff]);
});

test("sizes and block counts pass 32 bits", () => {
  const inode = encodeInode({ ...plain, size: 5 * 2 ** 40 + 7, blocks: 2 ** 30 }, 0, 0);
  expect([inode.readUInt32LE(0x04), inode.readUInt32LE(0x6c)]).toEqual([7, 5 * 2 ** 8]);
  // 2^30 blocks are 2^33 sectors.
  expect([inode.readUInt32LE(0x1c), inode.readUInt16LE(0x74)]).toEqual([0, 2]);
});

test("the type stands over the 12 bits of the mode", () => {
  expect(encodeInode(plain, 0, 0).readUInt16LE(0)).toBe(0o107755);
  expect(encodeInode({ ...plain, type: "fifo" }, 0, 0).readUInt16LE(0)).toBe(0o017755);
});

test("the checksum covers every byte and depends on the inode's number", () => {
  const sums = [
    encodeInode(plain, 0, 1),
    encodeInode(plain, 0, 2),
    encodeInode({ ...plain, attributes: Buffer.alloc(96, 1) }, 0, 1),
  ].map((inode) => `${inode.readUInt16LE(0x7c)} ${inode.readUInt16LE(0x82)}`);
  expect(new Set(sums).size).toBe(3);
});

// include/linux/kdev_t.h: old_encode_dev and new_encode_dev.
test.each([
  [1, 3, 0x0103, 0],
  [255, 255, 0xffff, 0],
  [256, 0, 0, 0x0001_0000],
  [8, 256, 0, 0x0010_0800],
  [4095, 2 ** 20 - 1, 0, 0xffff_ffff],
])("device %i:%i fits where the kernel looks", (major, minor, old, wide) => {
  const iBlock = encodeDevice(major, minor);
  expect([iBlock.readUInt32LE(0), iBlock.readUInt32LE(4)]).toEqual([old, wide]);
});
