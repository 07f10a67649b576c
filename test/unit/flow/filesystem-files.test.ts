import { describe, expect, test } from "vitest";
import { Filesystem } from "../../../provider/flow/compose/filesystem.ts";
import { partitionRequestSchema } from "../../../provider/plan/layout.ts";
import { planLayout } from "../../../provider/plan/plan-layout.ts";

const ref = (kind: string, digit = "a") => ({
  kind,
  digest: `sha256:${digit.repeat(64)}`,
  recipe: `made ${digit}`,
});
const request = partitionRequestSchema.parse({ name: "boot", type: "fat16", sizeMiB: 16 });
const [partition] = planLayout({
  seed: "demo",
  table: "mbr",
  roundToMiB: 1,
  partitions: [request],
}).partitions;
const image = { path: "/machine.img.zst", content: ref("file") };
const loader = {
  ...{ partition: "boot", method: "files", directory: "/" },
  files: [{ path: "/vmlinuz", mode: 0o644, content: ref("file", "b") }],
};
const parse = (files: unknown, more: object = {}) =>
  Filesystem.inputs.parse({ type: "fat16", partition, files, ...more });

describe("Filesystem refuses as a file", () => {
  test.each<[string, unknown, object, string]>([
    ["a tree", [{ ...image, content: ref("tree") }], {}, "files[0].content"],
    ["a VHD, which is no file", [{ ...image, content: ref("vhd") }], {}, "files[0].content"],
    ["one path twice", [image, image], {}, "files[1].path"],
    [
      "what a boot loader places",
      [{ ...image, path: "/vmlinuz" }],
      { installs: [loader] },
      "files[0].path",
    ],
    [
      "on FAT, a file that not everybody may read",
      [{ ...image, mode: 0o600 }],
      {},
      "files[0].mode",
    ],
    ["on FAT, set-user-ID", [{ ...image, mode: 0o4755 }], {}, "files[0].mode"],
  ])("%s", (_title, files, more, property) => {
    const problems = Filesystem.rules?.(parse(files, more)) ?? [];
    expect(problems.map((problem) => problem.property)).toEqual([property]);
  });

  test.each(["machine.img", "/", "/a/", "/a//b", "/a/../b", "/.", "/a\0"])(
    "the path %j",
    (path) => {
      expect(() => parse([{ ...image, path }])).toThrow("must be absolute");
    },
  );
});

describe("Filesystem plans files", () => {
  test("as an install of their own, of ordinary files", () => {
    const plan = Filesystem.plan(parse([image], { installs: [loader] }));
    expect("installs" in plan && plan.installs).toEqual([
      loader,
      {
        ...{ partition: "boot", method: "files", directory: "/" },
        files: [{ ...image, mode: 0o644 }],
      },
    ]);
  });

  test("and without any is what it was before there were files", () => {
    expect(Filesystem.plan(parse([], { installs: [loader] }))).toMatchObject({
      installs: [loader],
    });
  });
});
