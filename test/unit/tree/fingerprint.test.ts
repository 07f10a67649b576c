import { crc32 } from "node:zlib";
import { expect, test } from "vitest";
import { canonicalJson } from "../../../provider/plan/canonical.ts";
import { differentBuckets, fingerprint } from "../../../provider/tree/fingerprint.ts";
import type { Entry } from "../../../provider/tree/types.ts";

test("a fingerprint adds up the checksums of entries as canonical JSON, without where their content lies", () => {
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
    sums[crc32(identity.path) & 255]! += crc32(canonicalJson(identity));
  }
  expect(fingerprint([device, file])).toBe(`2:${sums.toString("base64")}`);
});

test("two fingerprints tell how many of their buckets differ, unless another version made one", () => {
  const entry = (path: string, mode: number): Entry => ({
    ...{ kind: "entry", path, type: "file", mode, uid: 0, gid: 0, mtime: 0, mtimeNs: 0, size: 0 },
  });
  const before = [entry("a", 0o644), entry("b", 0o644), entry("c", 0o644)];
  const now = [entry("a", 0o644), entry("b", 0o600), entry("d", 0o644)];
  expect(differentBuckets(fingerprint(before), fingerprint(before))).toBe(0);
  expect(differentBuckets(fingerprint(before), fingerprint(now))).toBe(3);
  expect(differentBuckets(fingerprint(now).slice(2), fingerprint(now))).toBeUndefined();
});
