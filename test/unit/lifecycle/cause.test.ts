import { expect, test } from "vitest";
import * as z from "zod";
import { causeOf, pathParts } from "../../../provider/lifecycle/cause.ts";

const digest = (digit: string) => `sha256:${digit.repeat(64)}`;
const ref = (digit: string) => ({ kind: "tree" as const, digest: digest(digit), recipe: "made" });
const resource = {
  inputs: z.strictObject({
    tree: z.unknown(),
    size: z.number(),
    key: z.string(),
    args: z.record(z.string(), z.string()),
  }),
  secrets: ["key"],
};
const inputs = { tree: ref("1"), size: 1, key: "a", args: { "x y": "1" }, madeWith: "Test 1" };

test("the cause of an update is what differs, with both values and what was there before", () => {
  const news = { ...inputs, tree: ref("2"), args: { "x y": "2" } };
  expect(causeOf(resource, news, { ...inputs, ref: ref("9") })).toEqual({
    operation: "update",
    changes: [
      { path: "tree.digest", kind: "update", before: digest("1"), after: digest("2") },
      { path: 'args["x y"]', kind: "update", before: "1", after: "2" },
    ],
    replaced: { kind: "tree", digest: digest("9") },
  });
});

test("another toolbox is a cause, and a long value is named but not shown", () => {
  const news = { ...inputs, madeWith: "Test 2", args: { long: "x".repeat(300) } };
  const { changes } = causeOf(resource, news, { ...inputs, args: {} });
  expect(changes).toEqual([
    { path: "args.long", kind: "add" },
    { path: "madeWith", kind: "update", before: "Test 1", after: "Test 2" },
  ]);
});

test("no secret is written down: neither that of an input nor any of a resource that holds one", () => {
  const news = { ...inputs, key: "b", size: 2 };
  expect(causeOf(resource, news, inputs).changes).toEqual([
    { path: "size", kind: "update", before: "1", after: "2" },
    { path: "key", kind: "update" },
  ]);
  const hidden = causeOf(resource, { ...news, __secret: true }, inputs);
  expect(JSON.stringify(hidden)).not.toMatch(/before|after/);
});

test("of a create nothing differs, and of an update by damage nothing either", () => {
  expect(causeOf(resource, inputs, undefined)).toEqual({ operation: "create", changes: [] });
  expect(causeOf(resource, inputs, inputs)).toEqual({ operation: "update", changes: [] });
});

test.each([
  ["a.b[0].c", ["a", "b", "0", "c"]],
  ['a["x y"].b', ["a", "x y", "b"]],
  ['a["\\""]', ["a", '"']],
])("the path %s has the parts %j", (path, parts) => expect(pathParts(path)).toEqual(parts));
