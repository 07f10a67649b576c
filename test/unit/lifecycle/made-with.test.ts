import { expect, test } from "vitest";
import { ConvertedImage } from "../../../provider/flow/compose/converted-image.ts";
import { PartitionLayout } from "../../../provider/flow/compose/partition-layout.ts";
import { madeWith } from "../../../provider/lifecycle/made-with.ts";
import type { Context, Resource } from "../../../provider/resource.ts";

const asked: unknown[] = [];
const runner = (kind: "container" | "host") =>
  ({
    runner: {
      kind,
      identity: async (packages: unknown) => {
        asked.push(packages);
        return `sha256:${"0123456789abcdef".repeat(4)}`;
      },
    },
  }) as unknown as Pick<Context, "runner">;

test.each([
  ["a step that runs no tool, by its version", PartitionLayout, "container", "PartitionLayout 1"],
  [
    "a step in the toolbox, with the toolbox",
    ConvertedImage,
    "container",
    "ConvertedImage 1, toolbox 0123456789ab",
  ],
  ["a step on the host, without the host's tools", ConvertedImage, "host", "ConvertedImage 1"],
] as const)("names %s", async (_title, resource, kind, expected) => {
  expect(await madeWith(resource as unknown as Resource, runner(kind))).toBe(expected);
});

test("asks for the packages that the step uses, no others", async () => {
  asked.length = 0;
  await madeWith(ConvertedImage as unknown as Resource, runner("container"));
  expect(asked).toEqual([["qemu-utils"]]);
});
