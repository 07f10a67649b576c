import { expect, test } from "vitest";
import {
  der,
  inOrder,
  objectId,
  octets,
  readDer,
  sequence,
  setOf,
} from "../../../provider/signing/der.ts";

test.each([
  ["1.2.840.113549.1.7.2", "06092a864886f70d010702"],
  ["1.3.6.1.4.1.311.2.1.4", "060a2b060104018237020104"],
  ["2.16.840.1.101.3.4.2.1", "0609608648016503040201"],
  ["2.5.4.3", "0603550403"],
])("%s is the object identifier %s", (dotted, hex) => {
  expect(objectId(dotted).toString("hex")).toBe(hex);
});

test.each([
  [0, "0400"],
  [127, "047f"],
  [128, "048180"],
  [255, "0481ff"],
  [256, "04820100"],
  [65536, "0483010000"],
])("the length of %i bytes is told in as few as can be", (length, hex) => {
  const value = octets(Buffer.alloc(length));
  expect(value.subarray(0, value.length - length).toString("hex")).toBe(hex);
  expect(readDer(value)).toEqual([{ tag: 4, content: Buffer.alloc(length), whole: value }]);
});

test("the members of a set are ordered by their bytes", () => {
  const [a, b] = [der(2, Buffer.from([1])), der(2, Buffer.from([0, 1]))];
  expect(inOrder(b, a)).toEqual(Buffer.concat([a, b]));
  expect(setOf(b, a)).toEqual(der(0x31, a, b));
});

test("what is cut off is no value", () => {
  const whole = sequence(octets(Buffer.alloc(300)));
  for (let length = 1; length < whole.length; length += 7)
    expect(() => readDer(whole.subarray(0, length))).toThrow(RangeError);
});
