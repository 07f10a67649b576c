import { expect, test } from "vitest";
import { canonicalJson } from "../../../provider/plan/canonical.ts";
import {
  decodeRecipe,
  encodeRecipe,
  identityOf,
  type Recipe,
  type Ref,
} from "../../../provider/plan/ref.ts";

const digest = (digit: string) => `sha256:${digit.repeat(64)}`;
const unpacked: Recipe = { step: "Rootfs", version: 1, plan: { context: "." }, urn: "web" };
const tree: Ref = { kind: "tree", digest: digest("1"), recipe: encodeRecipe(unpacked) };
const made: Ref = { kind: "file", digest: digest("2"), recipe: "" };
const recipe: Recipe = { step: "Filesystem", version: 2, plan: { tree, files: [made] } };

/** What states and stores of earlier versions hold. */
const plain = canonicalJson({
  ...recipe,
  plan: { tree: { ...tree, recipe: unpacked }, files: [{ ...made, recipe: null }] },
});

test("a recipe comes back as it was, with those inside it", () => {
  const { plan, ...rest } = decodeRecipe(encodeRecipe(recipe));
  const { tree: inner, files } = plan as { tree: Ref; files: Ref[] };
  expect(rest).toEqual({ step: "Filesystem", version: 2 });
  expect(decodeRecipe(inner.recipe)).toEqual(unpacked);
  expect(files).toEqual([made]);
});

test("what Pulumi shows of a recipe is one line: it unfolds a string that is JSON or has lines", () => {
  expect(encodeRecipe(recipe)).toMatch(/^[A-Za-z0-9+/]+=*$/);
});

test("a recipe of an earlier version is read, also inside a newer one", () => {
  expect(decodeRecipe(plain)).toEqual(decodeRecipe(encodeRecipe(recipe)));
  const image: Ref = { kind: "ext4", digest: digest("3"), recipe: plain };
  const disk = decodeRecipe(encodeRecipe({ step: "DiskImage", version: 1, plan: { image } }));
  expect(decodeRecipe((disk.plan as { image: Ref }).image.recipe)).toEqual(decodeRecipe(plain));
});

test("how a recipe is written down changes no identity", () => {
  const { kind, digest: same } = tree;
  expect(identityOf({ tree })).toEqual({ tree: { kind, digest: same } });
  expect(identityOf({ tree: { ...tree, recipe: canonicalJson(unpacked) } })).toEqual(
    identityOf({ tree }),
  );
});
