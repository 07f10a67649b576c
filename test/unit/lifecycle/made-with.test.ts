import { expect, test } from "vitest";
import { MissingToolError } from "../../../provider/errors.ts";
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
  expect(await madeWith(resource as unknown as Resource, {}, runner(kind))).toBe(expected);
});

test("asks for the packages that the step uses, no others", async () => {
  asked.length = 0;
  await madeWith(ConvertedImage as unknown as Resource, {}, runner("container"));
  expect(asked).toEqual([ConvertedImage.packages]);
  expect(ConvertedImage.packages).toContain("qemu-utils");
});

test("is the step alone where no engine answers, so that nothing to do stays nothing to do", async () => {
  const identity = async () => Promise.reject(new MissingToolError("docker is not there"));
  const runner = { kind: "container", identity } as never;
  expect(await madeWith(ConvertedImage as unknown as Resource, {}, { runner })).toBe(
    "ConvertedImage 1",
  );
});

test("is not known when the look at the tools fails for another reason", async () => {
  const identity = async () => Promise.reject(new Error("Stopped by the user"));
  const runner = { kind: "container", identity } as never;
  await expect(madeWith(ConvertedImage as unknown as Resource, {}, { runner })).rejects.toThrow(
    "Stopped",
  );
});
