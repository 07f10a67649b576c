import { expect, test } from "vitest";
import { rootfsProblems } from "../../../provider/image/rootfs-rules.ts";

test.each(["tar", "directory"] as const)("a service needs an image: a %s is refused", (kind) => {
  expect(rootfsProblems({ source: { [kind]: "root" }, service: true })).toEqual([
    {
      property: "service",
      reason: `a ${kind} says nothing of a process: give an image or a Dockerfile with a CMD as the source`,
    },
  ]);
  expect(rootfsProblems({ source: { [kind]: "root" }, service: false })).toEqual([]);
});

test("a source is one of all that there are, git among them", () => {
  const commit = "0".repeat(40);
  expect(
    rootfsProblems({ source: { image: "debian:12", git: { url: "https://x/y.git", commit } } }),
  ).toEqual([
    {
      property: "source",
      reason:
        "needs exactly one of dockerfile, git, image, ociLayout, ociArchive, dockerArchive, tar, directory, disk; got image and git",
    },
  ]);
});
