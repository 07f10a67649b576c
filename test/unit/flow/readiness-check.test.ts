import { describe, expect, test } from "vitest";
import { ReadinessCheck } from "../../../provider/flow/prove/readiness-check.ts";
import { AzurePageBlob } from "../../../provider/flow/publish/azure-page-blob.ts";
import { encodeRecipe, type Ref } from "../../../provider/plan/ref.ts";

const digest = (digit: string) => `sha256:${digit.repeat(64)}`;
const made = (kind: Ref["kind"], digit: string, step: string, plan: unknown): Ref => ({
  ...{ kind, digest: digest(digit) },
  recipe: encodeRecipe({ step, version: 1, plan }),
});
const tree = made("tree", "1", "Rootfs", {});
const disk = made("disk", "2", "DiskImage", { parts: [tree] });
const image = made("vhd", "3", "ConvertedImage", { image: disk });
const given = { target: "azure", tree };

describe("ReadinessCheck", () => {
  test.each<[string, object, string]>([
    ["what is no tree", { tree: disk }, "tree"],
    ["an initrd that is no file", { initrd: tree }, "initrd"],
    ["a configuration that is no file", { kernelConfig: tree }, "kernelConfig"],
  ])("refuses %s", (_title, more, property) => {
    const inputs = ReadinessCheck.inputs.parse({ ...given, ...more });
    expect(ReadinessCheck.rules?.(inputs)?.map((p) => p.property)).toEqual([property]);
  });

  test("looks at the console that a boot loader gives by itself", () => {
    const plan = ReadinessCheck.plan(ReadinessCheck.inputs.parse(given));
    expect([plan.commandLine, plan.consoles]).toEqual(["rw", ["tty0", "ttyS0"]]);
  });
});

describe("AzurePageBlob takes a readiness", () => {
  const problems = (readiness: object, of: Ref = image) => {
    const proof = { imageDigest: disk.digest, expectations: "login:" };
    const inputs = { image: of, proof, readiness, container: "images", connectionString: "x" };
    return AzurePageBlob.rules?.(AzurePageBlob.inputs.parse(inputs))?.map((p) => p.reason);
  };
  test("of the tree that its image was made of", () => {
    expect(problems({ tree: tree.digest, target: "azure" })).toEqual([]);
  });
  test("not of another tree, and not for another cloud", () => {
    expect(problems({ tree: digest("9"), target: "azure" })?.[0]).toContain("another tree");
    expect(problems({ tree: tree.digest, target: "aws" })?.[0]).toContain("is for aws");
  });
  test("of a tree that a withheld recipe may hide", () => {
    const hidden = made("vhd", "3", "ConvertedImage", {
      image: made("disk", "2", "DiskImage", null),
    });
    expect(problems({ tree: digest("9"), target: "azure" }, hidden)).toEqual([]);
  });
  test("and is no part of what decides an upload", () => {
    const base = { image, unproven: true, container: "images", connectionString: "x" };
    const plan = (inputs: object) => AzurePageBlob.plan(AzurePageBlob.inputs.parse(inputs));
    expect(plan({ ...base, readiness: { tree: tree.digest, target: "azure" } })).toEqual(
      plan(base),
    );
  });
});
