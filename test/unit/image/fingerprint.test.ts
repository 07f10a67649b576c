import { createHash } from "node:crypto";
import { expect, test } from "vitest";
import { fingerprint } from "../../../provider/image/fingerprint.ts";
import { canonicalJson } from "../../../provider/plan/canonical.ts";
import type { Entry } from "../../../provider/tree/types.ts";

test("a fingerprint adds up the hashes of entries as canonical JSON, without where their content lies", () => {
  const device: Entry = {
    ...{ kind: "entry", path: "dev/x", type: "character", mode: 0o600, uid: 1, gid: 2 },
    ...{ mtime: 3, mtimeNs: 4, size: 0, major: 5, minor: 6 },
  };
  const file: Entry = {
    ...{ xattrs: [["user.b", "\xff"]], type: "file", size: 9, path: "caf\xe9", mode: 0o4755 },
    ...{ uid: 0, gid: 0, mtimeNs: 0, mtime: -1, kind: "entry", digest: "sha256:00", target: "t" },
    ...{ source: 1, segments: [[0, 512, 9]] },
  };
  const sums = Buffer.alloc(256);
  for (const { source: _, segments: __, ...identity } of [device, file]) {
    const bucket = createHash("sha256").update(identity.path, "latin1").digest()[0]!;
    sums[bucket]! += createHash("sha256").update(canonicalJson(identity)).digest()[0]!;
  }
  expect(fingerprint([device, file])).toBe(sums.toString("base64"));
});
