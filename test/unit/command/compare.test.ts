import { expect, test } from "vitest";
import { compareLooks } from "../../../provider/command/diff/compare.ts";
import type { Look } from "../../../provider/command/inspect/look.ts";

const watch = { signal: new AbortController().signal, progress: () => {} };
const source = {
  sizeBytes: 512,
  read: async (_: number, into: Buffer) => into.fill(7).subarray(0, 512),
  close: async () => {},
};
const unread: Look = {
  image: { name: "x.xfs", path: "x.xfs", format: "raw", source },
  sizeBytes: 512,
  parts: [
    {
      filesystem: {
        volume: { type: "xfs", label: "", uuid: "", sizeBytes: 512 },
        bootConfigs: [],
      },
    },
  ],
};
const volume = { type: "tree", label: "", uuid: "", sizeBytes: 0, list: async () => [] };
const tree: Look = {
  image: { name: "tree:1", path: "", format: "tree", tree: volume },
  sizeBytes: 0,
  parts: [{ filesystem: { volume, entries: [], bootConfigs: [] } }],
};

test("what cannot be read is compared by its blocks, and with a tree not at all: never called the same", async () => {
  const two = await compareLooks(unread, unread, watch);
  expect(two).toMatchObject({ only: [{ side: "unread" }], blocks: { differing: 0 } });
  for (const [a, b] of [
    [unread, tree],
    [tree, unread],
  ] as const)
    await expect(compareLooks(a, b, watch)).rejects.toThrow("cannot be compared");
});
