import rpc from "@pulumi/pulumi/runtime/rpc.js";
import { describe, expect, test } from "vitest";
import {
  fromWire,
  hasUnknown,
  isUnknownAt,
  unknownValue,
} from "../../../provider/lifecycle/wire.ts";

const secret = (value: unknown) => ({ [rpc.specialSigKey]: rpc.specialSecretSig, value });

test("the unknown value is the one that Pulumi sends", () => {
  expect(unknownValue).toBe(rpc.unknownValue);
});

describe("a value from the wire", () => {
  test.each([
    ["a secret", secret("key"), "key"],
    ["a secret in a secret", secret(secret("key")), "key"],
    [
      "secrets in lists and objects",
      { a: [secret(1), { b: secret({ c: 2 }) }] },
      { a: [1, { b: { c: 2 } }] },
    ],
    ["an unknown secret", secret(unknownValue), unknownValue],
    [
      "an object that only looks like one",
      { [rpc.specialSigKey]: "other", value: 1 },
      { [rpc.specialSigKey]: "other", value: 1 },
    ],
    ["null and plain values", [null, true, "", 0], [null, true, "", 0]],
  ])("is in clear: %s", (_title, given, expected) => {
    expect(fromWire(given)).toEqual(expected);
  });
});

test.each([
  [unknownValue, true],
  [{ a: [{ b: unknownValue }] }, true],
  [{ a: [{ b: "known" }] }, false],
  [null, false],
  [undefined, false],
])("in %j something is unknown: %j", (value, expected) => {
  expect(hasUnknown(value)).toBe(expected);
});

test.each<[unknown, (string | number)[], boolean]>([
  [unknownValue, ["a", 0], true],
  [{ a: unknownValue }, ["a", 0, "b"], true],
  [{ a: [{ b: unknownValue }] }, ["a"], true],
  [{ a: [{ b: unknownValue }] }, ["a", 0, "b"], true],
  [{ a: [{ b: unknownValue, c: 1 }] }, ["a", 0, "c"], false],
  [{ a: 1 }, ["a", "b"], false],
  [{ a: null }, ["a", "b"], false],
])("in %j, %j is unknown: %j", (value, path, expected) => {
  expect(isUnknownAt(value, path)).toBe(expected);
});
