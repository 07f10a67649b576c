import { expect, test } from "vitest";
import { nameText, packageUrl, uuid5 } from "../../../provider/manifest/names.ts";
import { checksumLines } from "../../../provider/manifest/sums.ts";
import { packagesOf, packagesUsed } from "../../../provider/manifest/tools.ts";
import { directory, file, layer, link, merge } from "../tree/layers.ts";

test("a UUID of version 5 is that of RFC 9562's own reckoning", () => {
  // python3 -c 'import uuid; print(uuid.uuid5(uuid.NAMESPACE_URL, "http://www.example.com/"))'
  expect(uuid5("http://www.example.com/")).toBe("fcde3c85-2270-590f-9e7c-ee003d65e0e2");
});

test.each([
  ["etc/caf\xc3\xa9", "etc/café"],
  ["etc/\xff\\x", "etc/\\xff\\\\x"],
  ["etc/a\\b", "etc/a\\b"],
])("the name %j is the text %j", (name, text) => {
  expect(nameText(name)).toBe(text);
});

test("a package URL escapes what versions hold", () => {
  const found = { name: "libstdc++6", version: "1:12.2.0-14+deb12u1~x", architecture: "amd64" };
  expect(packageUrl("deb", "debian", found)).toBe(
    "pkg:deb/debian/libstdc%2B%2B6@1:12.2.0-14%2Bdeb12u1~x?arch=amd64",
  );
});

test("checksums name files in the order of their bytes, and escape what a line cannot hold", () => {
  const tree = merge(
    layer(
      ...[directory(""), file("b", "one"), file("a\nb\\", "one"), file("empty"), link("c", "b")],
    ),
  );
  const one = "7692c3ad3540bb803c020b3aee66cd8887123234ea0c6e7143c0add73ff431ed";
  const none = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
  expect([...checksumLines(tree)]).toEqual([
    `\\${one}  a\\nb\\\\\n`,
    `${one}  b\n`,
    `${one}  c\n`,
    `${none}  empty\n`,
  ]);
});

test("tools are those of the steps that ran some", () => {
  const makers = [
    { name: "A", packages: ["b", "a"] },
    { name: "B", packages: ["c"], usesTools: () => false },
    { name: "C", packages: ["d"], toolbox: "kernel" as const },
  ];
  const recipe = (step: string, plan: unknown = {}) => ({
    ...{ kind: "file", digest: "sha256:0", version: 1 },
    ...{ step, plan },
  });
  expect(packagesOf(makers)).toEqual(["a", "b", "c"]);
  expect(packagesUsed([recipe("A"), recipe("B"), recipe("C")], makers)).toEqual(["a", "b"]);
  expect(packagesUsed([recipe("B", null)], makers)).toEqual(["c"]);
});
