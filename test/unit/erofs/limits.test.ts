import { expect, test } from "vitest";
import { demandFits } from "../../../provider/erofs/limits.ts";
import type { Entry } from "../../../provider/tree/types.ts";

const file: Entry = {
  ...{ kind: "entry", path: "a/b", type: "file", mode: 0o644, uid: 0, gid: 0, size: 0 },
  ...{ mtime: 0, mtimeNs: 0 },
};
const attribute = (name: string, value = "") => ({ xattrs: [[name, value]] as const });

test.each<[Partial<Entry>, string]>([
  [{ path: `a/${"n".repeat(256)}` }, "its name has 256 bytes, the limit is 255"],
  [{ type: "symlink", target: "t".repeat(4096) }, "its target has 4096 bytes"],
  [{ uid: 2 ** 32 }, "its owner is 4294967296, the limit is 4294967295"],
  [{ gid: 2 ** 32 }, "its group is 4294967296, the limit is 4294967295"],
  [{ mtime: -1, mtimeNs: 5 }, "its time is 5 ns after -1"],
  [{ type: "block", major: 4096, minor: 0 }, "its device is 4096:0, the limit is 4095:1048575"],
  [attribute("system.nfs4_acl"), 'it has the attribute "system.nfs4_acl", and erofs holds'],
  [attribute("user.a=b"), 'it has the attribute "user.a=b", whose name mkfs.erofs would change'],
  [attribute("user.a", "v".repeat(65536)), 'the attribute "user.a" of 65536 bytes'],
])("%j is refused by its path", (more, reason) => {
  expect(() => demandFits([{ ...file, ...more }])).toThrow(reason);
});

test("the largest of everything is taken", () => {
  const most = { uid: 2 ** 32 - 1, gid: 2 ** 32 - 1, mtime: -1, path: "n".repeat(255) };
  expect(() =>
    demandFits([{ ...file, ...most, ...attribute("system.posix_acl_access") }]),
  ).not.toThrow();
});
