import { expect, test } from "vitest";
import { onlyRoot } from "../../../provider/command/find-root.ts";
import type { Root } from "../../../provider/store/gc.ts";

const root = (project: string) =>
  ({
    urn: `urn:pulumi:dev::${project}::bootwright:index:Machine$bootwright:index:Rootfs::web`,
  }) as Root;

test("of several resources of a name each is named by what tells them apart, and how to give it", () => {
  const all = [root("shop"), root("blog")];
  expect(() => onlyRoot(all, "web", all)).toThrow(
    /^web: names 2 resources: urn:\S+blog::\S+, urn:\S+shop::\S+\n\(give one of them, in single quotes\)$/,
  );
});
