import { describe, expect, test } from "vitest";
import { planCpio } from "../../../provider/cpio/plan-cpio.ts";
import type { Entry } from "../../../provider/tree/types.ts";
import { directory, file, layer, link, merge, symlink } from "../tree/layers.ts";

type Member = Parameters<typeof layer>[0];
const refused = (member: Member, dropXattrs: string[] = []) =>
  planCpio(merge(layer(directory(""), member)), { dropXattrs }).refusals.map(
    ({ path, reason }) => `/${path}: ${reason}`,
  );

describe("what an initramfs cannot hold is refused by path", () => {
  const id = 2 ** 32 + 1;
  test.each<[string, Member, string]>([
    [
      "a file of 4 GiB",
      file("big", "", { size: 2 ** 32, digest: "sha256:0", segments: [[0, 512, 2 ** 32]] }),
      "/big: it has 4294967296 bytes, the limit is 4294967295",
    ],
    [
      "an owner beyond 32 bits",
      file("f", "", { uid: id }),
      `/f: its owner is ${id}, the limit is 4294967295`,
    ],
    [
      "a group beyond 32 bits",
      file("f", "", { gid: id }),
      `/f: its group is ${id}, the limit is 4294967295`,
    ],
    [
      "a time before 1970",
      file("f", "", { mtime: -1 }),
      "/f: its time is -1, the limits are 0 and 4294967295",
    ],
    [
      "an attribute",
      file("f", "", { xattrs: [["user.\x1b[1m", "1"]] }),
      '/f: it has the attribute "user.\\u001b[1m", which cpio cannot hold',
    ],
    [
      "a device number beyond Linux's",
      file("d", "", { type: "block", major: 4096, minor: 0 }),
      "/d: its device is 4096:0, the limit is 4095:1048575",
    ],
    [
      "the name of the end",
      file("TRAILER!!!", "x"),
      "/TRAILER!!!: its name is what ends a cpio archive",
    ],
    [
      "a name that no filesystem takes",
      file("n".repeat(256)),
      `/${"n".repeat(256)}: its name has 256 bytes, the limit is 255`,
    ],
    [
      "a target that the kernel passes over",
      symlink("s", "t".repeat(4096)),
      "/s: its target has 4096 bytes, the limit is 4095",
    ],
    [
      "a file in the place of /proc",
      file("proc", "x"),
      "/proc: it is a file but the machine needs a directory there",
    ],
    [
      "a link in the place of /dev",
      symlink("dev", "x"),
      "/dev: it is a symlink but the machine needs a directory there",
    ],
    [
      "another device in the place of the console",
      file("dev/console", "", { type: "character", major: 4, minor: 0 }),
      "/dev/console: it is a character but the machine needs the device 5:1 there",
    ],
  ])("%s", (_what, member, reason) => {
    expect(refused(member)).toEqual([reason]);
  });

  test("a path of more than 4095 bytes, which the kernel would pass over", () => {
    expect(refused(file(`${"d/".repeat(2047)}dd`))).toEqual([
      expect.stringMatching(/its path has 4096 bytes, the limit is 4095$/),
    ]);
  });

  test("but an attribute that may be left out is", () => {
    const member = file("ping", "", { xattrs: [["security.capability", "x"]] });
    expect(refused(member, ["security.capability"])).toEqual([]);
    expect(refused(member, ["user.x"])).toHaveLength(1);
  });

  test("every path at once", () => {
    const tree = merge(
      layer(directory(""), file("a", "", { mtime: -1 }), file("b", "", { uid: id, gid: id })),
    );
    expect(planCpio(tree).refusals.map(({ path }) => path)).toEqual(["a", "b", "b"]);
  });
});

describe("a plan", () => {
  const members = (...given: Member[]) => planCpio(merge(layer(...given))).plan.members;
  const named = (name: string, ...given: Member[]) =>
    members(...given).find((m) => m.name === name);

  test("adds what every machine needs, once, and as the image has it where it has it", () => {
    expect(members().map(({ name, mode }) => [name, mode.toString(8)])).toEqual([
      [".", "40755"],
      ["dev", "40755"],
      ["dev/console", "20600"],
      ["dev/null", "20666"],
      ["proc", "40555"],
      ["sys", "40555"],
    ]);
    expect(named("proc", directory("proc", { mode: 0o700 }))?.mode).toBe(0o40700);
  });

  test("puts the console in the place of the empty file that an export leaves", () => {
    expect(named("dev/console", file("dev/console"))).toMatchObject({ major: 5, minor: 1 });
  });

  test("gives the names of one file one number, and the last of them the content", () => {
    const found = members(file("m", "12345"), link("a", "m"), link("z", "m"));
    const names = ["a", "m", "z"].map((name) => found.find((member) => member.name === name)!);
    expect(new Set(names.map(({ ino }) => ino)).size).toBe(1);
    expect(names.map(({ nlink, size, content }) => [nlink, size, content?.path])).toEqual([
      [3, 0, undefined],
      [3, 0, undefined],
      [3, 5, "m"],
    ]);
  });

  test("numbers files from 1 without a gap, whatever the order of the layers", () => {
    const [one, other] = [file("a", "1"), file("b", "2")];
    const numbers = (...given: Member[]) => members(...given).map(({ name, ino }) => [name, ino]);
    expect(numbers(one, other)).toEqual(numbers(other, one));
    expect(numbers(one).map(([, ino]) => ino)).toEqual([1, 2, 3, 4, 5, 6, 7]);
  });

  test("counts the times that lose their fraction", () => {
    const tree = merge(layer(directory(""), file("a", "", { mtimeNs: 5 })));
    expect(planCpio(tree).plan.roundedTimes).toBe(1);
  });

  test("leaves the tree as it was", () => {
    const tree = merge(layer(file("b", "1"), file("a", "2")));
    const before = JSON.stringify(tree.items);
    planCpio(tree);
    expect(JSON.stringify(tree.items as Entry[])).toBe(before);
  });
});

test("a tree of which nothing fits is refused too, however much that is", () => {
  const xattrs: Entry["xattrs"] = [["security.selinux", "x"]];
  const items = Array.from(
    { length: 130_000 },
    (_, i): Entry => ({ ...plain, path: `${i}`, xattrs }),
  );
  expect(planCpio({ items, sources: [] }).refusals).toHaveLength(130_000);
});

const plain = {
  kind: "entry",
  type: "fifo",
  mode: 0o644,
  uid: 0,
  gid: 0,
  mtime: 0,
  mtimeNs: 0,
  size: 0,
} as const;
