import { describe, expect, test } from "vitest";
import { ConvertedImage } from "../../../provider/flow/compose/converted-image.ts";
import { PartitionLayout } from "../../../provider/flow/compose/partition-layout.ts";
import { diffInputs, parsedInputs } from "../../../provider/lifecycle/diff.ts";
import { unknownValue } from "../../../provider/lifecycle/wire.ts";
import type { Resource } from "../../../provider/resource.ts";

const layout = PartitionLayout as unknown as Resource;
const image = ConvertedImage as unknown as Resource;
const ref = (content: string, recipe = "") => ({
  kind: "disk",
  digest: `sha256:${content.repeat(64)}`,
  recipe,
});
const sized = (minimumMiB: number, more: object = {}) => ({
  seed: "project/disk",
  table: "mbr",
  roundToMiB: 1024,
  partitions: [{ name: "root", sizing: { minimumMiB } }],
  madeWith: "PartitionLayout 1",
  ...more,
});
const none = { changed: [], replaces: [] };

describe("a difference", () => {
  test("is none between equal inputs, whatever else the state holds", () => {
    const olds = { ...sized(700), layout: {}, drift: "", __provider: "text" };
    expect(diffInputs(layout, olds, sized(700))).toEqual(none);
  });

  test("is none where the plan comes out the same", () => {
    expect(diffInputs(layout, sized(700), sized(900))).toEqual(none);
    expect(diffInputs(layout, sized(700), sized(700, { diskSizeMiB: 1024 }))).toEqual(none);
  });

  test("names every input that differs where the plan does", () => {
    const news = sized(1500, { table: "gpt" });
    expect(diffInputs(layout, sized(700), news).changed).toEqual(["table", "partitions"]);
  });

  test("is none between references to the same content made in another way", () => {
    const olds = { image: ref("a", "one recipe"), format: "vhd" };
    expect(diffInputs(image, olds, { image: ref("a", "another"), format: "vhd" })).toEqual(none);
    expect(diffInputs(image, olds, { image: ref("b"), format: "vhd" }).changed).toEqual(["image"]);
  });

  test("is one while anything new is unknown, though it may come out the same", () => {
    const news = sized(700, { partitions: [{ name: "root", sizing: unknownValue }] });
    expect(diffInputs(layout, sized(700), news).changed).toEqual(["partitions"]);
  });

  test("is one where only the exported file moves", () => {
    const olds = { image: ref("a"), format: "vhd" };
    expect(diffInputs(image, olds, { ...olds, exportTo: "disk.vhd" }).changed).toEqual([
      "exportTo",
    ]);
    expect(diffInputs(image, { ...olds, exportTo: "disk.vhd" }, olds).changed).toEqual([
      "exportTo",
    ]);
  });

  test("is one to a state whose inputs this version no longer understands", () => {
    expect(diffInputs(layout, { ...sized(700), table: "bsd" }, sized(700)).changed).toEqual([
      "table",
    ]);
  });

  test("replaces only where a changed input asks for it", () => {
    const picky = { ...image, replaceOn: ["format" as never] };
    const olds = { image: ref("a"), format: "vhd" };
    expect(diffInputs(picky, olds, { ...olds, format: "qcow2" }).replaces).toEqual(["format"]);
    expect(diffInputs(picky, olds, { ...olds, image: ref("b") }).replaces).toEqual([]);
    expect(diffInputs(picky, olds, olds)).toEqual(none);
  });
});

describe("what a resource is made with", () => {
  const made = (before: string | undefined, after: string | undefined) =>
    diffInputs(
      image,
      { image: ref("a"), format: "vhd", madeWith: before },
      { image: ref("a"), format: "vhd", madeWith: after },
    ).changed;

  test.each([
    ["another version of the step", "ConvertedImage 1", "ConvertedImage 2"],
    ["another toolbox", "ConvertedImage 1, toolbox aaa", "ConvertedImage 1, toolbox bbb"],
    ["a version where none was recorded", undefined, "ConvertedImage 1"],
  ])("shows as the cause: %s", (_title, before, after) => {
    expect(made(before, after)).toEqual(["madeWith"]);
  });

  test.each([
    ["from the toolbox to the host", "ConvertedImage 1, toolbox aaa", "ConvertedImage 1"],
    ["from the host to the toolbox", "ConvertedImage 1", "ConvertedImage 1, toolbox aaa"],
    ["on one toolbox", "ConvertedImage 1, toolbox aaa", "ConvertedImage 1, toolbox aaa"],
  ])("is no difference %s", (_title, before, after) => {
    expect(made(before, after)).toEqual([]);
  });
});

describe("the inputs of a resource out of its state", () => {
  test("are those of its schema, with defaults", () => {
    const { madeWith, ...inputs } = sized(700);
    expect(parsedInputs(layout, { ...inputs, madeWith, layout: {}, drift: "" })).toEqual({
      ...inputs,
      partitions: [
        {
          name: "root",
          sizing: { minimumMiB: 700 },
          type: "linux",
          label: "",
          bootable: false,
          mountPoint: "",
        },
      ],
    });
  });

  test("are none when the schema does not take them", () => {
    expect(parsedInputs(layout, { ...sized(700), table: "bsd" })).toBeUndefined();
    expect(parsedInputs(layout, {})).toBeUndefined();
  });
});
