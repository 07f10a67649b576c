import { expect, test } from "vitest";
import { ConvertedImage } from "../../../provider/flow/compose/converted-image.ts";
import { AzurePageBlob } from "../../../provider/flow/publish/azure-page-blob.ts";
import { encodeRecipe, type Ref } from "../../../provider/plan/ref.ts";
import { refusals } from "../../../provider/publish/azure-rules.ts";

const digest = (digit: string) => `sha256:${digit.repeat(64)}`;
const disk: Ref = { kind: "disk", digest: digest("1"), recipe: "" };
const recipe = (format: "vhd" | "qcow2") =>
  encodeRecipe({
    step: "ConvertedImage",
    version: 1,
    plan: ConvertedImage.plan({ image: disk, format }),
  });
const vhd: Ref = { kind: "vhd", digest: digest("2"), recipe: recipe("vhd") };
const proof = { imageDigest: disk.digest, expectations: "login:" };
const given = (more: Record<string, unknown> = {}) => ({
  image: vhd,
  proof,
  accountUrl: "https://images.blob.core.windows.net",
  container: "vhds",
  ...more,
});
/** The problems with inputs, of which some may be promised but not known yet. */
const rules = (known: Record<string, unknown>, unknown: string[] = []) =>
  AzurePageBlob.rules!(
    { unproven: false, ...known },
    (key) => known[key] === undefined && !unknown.includes(key),
  );

test("the usual inputs are in order, and the plan knows the disk", () => {
  const inputs = AzurePageBlob.inputs.parse(given());
  expect(rules(inputs)).toEqual([]);
  expect(inputs).toMatchObject({ retain: 2, concurrency: 8, unproven: false });
  expect(AzurePageBlob.plan(inputs).disk).toEqual(disk);
});

test("what is not known yet is no mistake", () => {
  const access = { connectionString: "x" };
  expect(rules({}, ["image", "proof", "accountUrl"])).toEqual([]);
  expect(rules({ ...access, proof }, ["image"])).toEqual([]);
  expect(rules({ ...access, image: vhd }, ["proof"])).toEqual([]);
});

test.each([
  [{ proof: { ...proof, imageDigest: digest("3") } }, "proof", "is of another disk: sha256:333"],
  [
    { image: { ...vhd, kind: "file", recipe: recipe("qcow2") } },
    "image",
    'format "vhd", not a file',
  ],
  [{ unproven: true }, "unproven", "cannot be set together with proof"],
  [{ connectionString: "x" }, "accountUrl", "cannot be set together with connectionString"],
])("%j is refused at %s", (more, property, reason) => {
  expect(rules(given(more))).toEqual([{ property, reason: expect.stringContaining(reason) }]);
});

test("without a proof, and without an account, nothing is published", () => {
  const problems = rules(given({ proof: undefined, accountUrl: undefined }));
  expect(problems.map(({ property }) => property)).toEqual(["proof", "accountUrl"]);
  expect(rules(given({ proof: undefined, unproven: true }))).toEqual([]);
});

test("a VHD that is larger than a page blob can be is refused with both sizes", () => {
  const plan = AzurePageBlob.plan(AzurePageBlob.inputs.parse(given()));
  expect(refusals(plan, { disk: disk.digest, sizeBytes: 9 * 2 ** 40 })).toEqual([
    { property: "image", reason: expect.stringContaining("at most 8796093022208") },
  ]);
  expect(refusals(plan, { disk: disk.digest, sizeBytes: 30 * 2 ** 30 + 512 })).toEqual([]);
});

test.each([
  ["container", "ab"],
  ["container", "Images"],
  ["container", "two--hyphens"],
  ["container", "-first"],
  ["container", "$root"],
  ["container", "x".repeat(64)],
  ["prefix", "/first"],
  ["prefix", "last/"],
  ["prefix", "a//b"],
  ["prefix", "a/../b"],
  ["prefix", "with space"],
  ["accountUrl", "http://images.blob.core.windows.net"],
  ["accountUrl", "https://images.blob.core.windows.net/?sv=1&sig=secret"],
  ["accountUrl", "https://user:password@images.blob.core.windows.net"],
  ["retain", 1],
  ["concurrency", 0],
])("%s cannot be %j", (property, value) => {
  const result = AzurePageBlob.inputs.safeParse(given({ [property]: value }));
  expect(result.error?.issues.map(({ path }) => path[0])).toEqual([property]);
});
