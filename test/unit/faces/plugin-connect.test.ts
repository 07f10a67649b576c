import { expect, test } from "vitest";
import { connect, type Source } from "../../../provider/faces/plugin-connect.ts";
import { asSecret, unknownValue } from "../../../provider/lifecycle/wire.ts";

const from = (child: string, ...path: (string | number)[]) => ({ from: child, path });
const given: Source = {
  values: { size: 5, keys: asSecret({ one: "1", two: "2" }), later: unknownValue },
  needs: (name) => (name === "size" ? ["urn:size"] : []),
};
const rootfs: Source = {
  values: { kernels: [{ version: "6.1" }], ref: unknownValue },
  needs: () => ["urn:rootfs"],
};
const sources = new Map([
  ["", Promise.resolve(given)],
  ["rootfs", Promise.resolve(rootfs)],
]);

test.each<[string, unknown, unknown, string[]]>([
  ["a value as it is", { a: [1, null] }, { a: [1, undefined] }, []],
  ["an input of the component, with what that came from", from("", "size"), 5, ["urn:size"]],
  ["a part of a child's output", from("rootfs", "kernels", 0, "version"), "6.1", ["urn:rootfs"]],
  ["a part of a secret as a secret", from("", "keys", "two"), asSecret("2"), []],
  ["what is not known yet as not known", from("", "later", "part"), unknownValue, []],
  [
    "references anywhere inside, and all that they need",
    { list: [from("", "size"), from("rootfs", "ref")] },
    { list: [5, unknownValue] },
    ["urn:size", "urn:rootfs"],
  ],
])("a child is given %s", async (_title, input, value, needs) => {
  expect((await connect({ input }, sources)).get("input")).toEqual({ value, needs });
});

test.each<[string, unknown]>([
  ["is not given", undefined],
  ["another child does not have", from("rootfs", "nothing", "here")],
])("what %s is left out", async (_title, input) => {
  expect((await connect({ input }, sources)).has("input")).toBe(false);
});
