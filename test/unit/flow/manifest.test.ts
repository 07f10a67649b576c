import { describe, expect, test } from "vitest";
import { findResource } from "../../../provider/flow/index.ts";
import { encodeRecipe, type Ref } from "../../../provider/plan/ref.ts";

const Manifest = findResource("Manifest")!;
const digest = (digit: string) => `sha256:${digit.repeat(64)}`;
const tree = made("tree", "1", "Rootfs", { source: { image: "debian:12" } });
const origin = { ...tree, kind: "file" as const, digest: digest("2") };
const disk = made("disk", "3", "DiskImage", { parts: [tree] });
const vhd = made("vhd", "4", "ConvertedImage", { image: disk });
const given = { tree, origin, artefacts: [{ name: "vhd", content: vhd }] };
const proof = { imageDigest: disk.digest, expectations: "login:" };

function made(kind: Ref["kind"], digit: string, step: string, plan: unknown, urn = "urn:x"): Ref {
  return { kind, digest: digest(digit), recipe: encodeRecipe({ step, version: 1, plan, urn }) };
}

const parse = (inputs: object) => Manifest.inputs.parse(inputs) as never;

describe("Manifest refuses", () => {
  test.each<[string, object, string, string]>([
    ["what is no tree", { tree: disk }, "tree", "rootfs.ref"],
    ["what is no origin", { origin: tree }, "origin", "rootfs.origin"],
    [
      "one name twice",
      { artefacts: [given.artefacts[0], given.artefacts[0]] },
      "artefacts[1].name",
      '"vhd"',
    ],
    [
      "the proof of another disk",
      { proof: { ...proof, imageDigest: digest("9") } },
      "proof",
      "booted",
    ],
  ])("%s", (_title, more, property, reason) => {
    const problems = Manifest.rules?.(parse({ ...given, ...more })) ?? [];
    expect(problems.map((problem) => problem.property)).toEqual([property]);
    expect(problems[0]?.reason).toContain(reason);
  });

  test("nothing of a proof of the disk that a VHD shows", () => {
    expect(Manifest.rules?.(parse({ ...given, proof }))).toEqual([]);
  });
});

describe("Manifest plans", () => {
  const plan = (inputs: object) => Manifest.plan(parse(inputs)) as { recipes: unknown[] };

  test("with the recipe of everything that it names, what was made first first", () => {
    expect(plan(given).recipes).toEqual([
      {
        kind: "tree",
        digest: digest("1"),
        step: "Rootfs",
        version: 1,
        plan: { source: { image: "debian:12" } },
      },
      {
        kind: "file",
        digest: digest("2"),
        step: "Rootfs",
        version: 1,
        plan: { source: { image: "debian:12" } },
      },
      {
        ...{ kind: "disk", digest: digest("3"), step: "DiskImage", version: 1 },
        plan: { parts: [{ kind: "tree", digest: digest("1") }] },
      },
      {
        ...{ kind: "vhd", digest: digest("4"), step: "ConvertedImage", version: 1 },
        plan: { image: { kind: "disk", digest: digest("3") } },
      },
    ]);
  });

  test("the same for another stack", () => {
    const other = made("disk", "3", "DiskImage", { parts: [tree] }, "urn:y");
    const content = made("vhd", "4", "ConvertedImage", { image: other }, "urn:y");
    expect(plan({ ...given, artefacts: [{ name: "vhd", content }] })).toEqual({
      ...plan(given),
      artefacts: [{ name: "vhd", content }],
    });
  });

  test("something else when only the way changed in which an artefact was made", async () => {
    const content = made("vhd", "4", "ConvertedImage", { image: disk, format: "vhd" });
    const other = { ...given, artefacts: [{ name: "vhd", content }] };
    const observed = (inputs: object) => Manifest.observe?.(parse(inputs), {} as never);
    expect(await observed(other)).not.toEqual(await observed(given));
    expect(await observed(given)).toEqual(await observed({ ...given, name: "another" }));
  });

  test("nothing of a recipe that is withheld", () => {
    const secret = made("tree", "1", "Rootfs", null);
    expect(plan({ ...given, tree: secret, artefacts: [] }).recipes[0]).toMatchObject({
      plan: null,
    });
  });
});
