import { expect, test } from "vitest";
import { needsAnotherFile } from "../../../provider/plan/qcow2.ts";

function header(version: number, backingFileAt = 0n, incompatible = 0n): Buffer {
  const bytes = Buffer.alloc(112);
  bytes.write("QFI\xfb", "latin1");
  bytes.writeUInt32BE(version, 4);
  bytes.writeBigUInt64BE(backingFileAt, 8);
  bytes.writeBigUInt64BE(incompatible, 72);
  return bytes;
}

test.each([
  ["of version 2 stands alone, whatever comes behind its header", header(2, 0n, 4n), false],
  ["of version 3 stands alone", header(3, 0n, 1n), false],
  ["with a backing file needs it", header(2, 512n), true],
  ["whose data is elsewhere needs that file", header(3, 0n, 5n), true],
  ["that is cut off stands alone", header(3).subarray(0, 6), false],
])("a qcow2 %s", (_, head, needs) => {
  expect(needsAnotherFile(head)).toBe(needs);
});
