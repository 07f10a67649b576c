import { expect, test } from "vitest";
import { demandFits } from "../../../provider/squashfs/limits.ts";
import type { Entry } from "../../../provider/tree/types.ts";

const file: Entry = {
  ...{ kind: "entry", path: "a/b", type: "file", mode: 0o644, uid: 0, gid: 0, size: 0 },
  ...{ mtime: 0, mtimeNs: 0 },
};
const attribute = (name: string, value = "") => ({ xattrs: [[name, value]] as const });

test.each<[Partial<Entry>, string]>([
  [{ path: `a/${"n".repeat(257)}` }, "its name has 257 bytes, the limit is 256"],
  [{ type: "symlink", target: "t".repeat(65536) }, "its target has 65536 bytes"],
  [{ uid: 2 ** 32 }, "its owner is 4294967296, the limit is 4294967295"],
  [{ gid: 2 ** 32 }, "its group is 4294967296, the limit is 4294967295"],
  [{ mtime: -1 }, "its time is -1, the limits are 0 and 4294967295"],
  [{ type: "block", major: 0, minor: 2 ** 20 }, "its device is 0:1048576, the limit is"],
  [attribute("system.posix_acl_access"), '"system.posix_acl_access", and squashfs holds'],
  [attribute("user.a%b"), '"user.a%b", whose name mksquashfs would change'],
  [{ path: "", type: "directory", ...attribute("user.a") }, '"user.a", which the root cannot have'],
])("%j is refused by its path", (more, reason) => {
  const entry = { ...file, ...more };
  expect(() => demandFits([entry])).toThrow(reason);
  expect(() => demandFits([entry])).toThrow(
    /^squashfs cannot hold what is in the tree:\n {2}"\/.*": /,
  );
});

test("more owners than its table has room for are refused, with all of them", () => {
  const entries = Array.from({ length: 65536 }, (_, uid) => ({ ...file, uid }));
  expect(() => demandFits(entries)).toThrow(
    "it has 65536 different owners and groups, the limit is 65535",
  );
  expect(() => demandFits(entries.slice(1))).toThrow("65536 different");
  expect(() => demandFits(entries.slice(0, 65535))).not.toThrow();
});
