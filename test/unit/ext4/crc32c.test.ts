import { expect, test } from "vitest";
import { crc32c, crc32cOfNumber } from "../../../provider/ext4/checksums/crc32c.ts";

const start = 0xffffffff;
const inverted = (register: number): number => ~register >>> 0;

// RFC 3720 B.4 and the check value of the CRC catalogue; both invert the register at the end.
test.each([
  ["123456789", Buffer.from("123456789"), 0xe3069283],
  ["32 zeros", Buffer.alloc(32), 0x8a9136aa],
  ["32 times 0xff", Buffer.alloc(32, 0xff), 0x62a8ab43],
  ["0 to 31", Buffer.from(Array.from({ length: 32 }, (_, i) => i)), 0x46dd794e],
  ["31 to 0", Buffer.from(Array.from({ length: 32 }, (_, i) => 31 - i)), 0x113fdb5c],
])("the CRC-32C of %s is the published one", (_, bytes, sum) => {
  expect(inverted(crc32c(start, bytes))).toBe(sum);
});

test("a checksum can be taken in pieces", () => {
  const bytes = Buffer.from("The quick brown fox jumps over the lazy dog");
  for (let cut = 0; cut <= bytes.length; cut++) {
    const first = crc32c(start, bytes, 0, cut);
    expect(crc32c(first, bytes, cut)).toBe(crc32c(start, bytes));
  }
});

test("a number counts as its four little-endian bytes", () => {
  expect(crc32cOfNumber(start, 0x04030201)).toBe(crc32c(start, Buffer.from([1, 2, 3, 4])));
});
