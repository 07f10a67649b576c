import { hash } from "node:crypto";
import type { Entry } from "../tree/types.ts";

/**
 * One byte for each of 256 buckets of paths, in base64: the sum of the hashes of the entries that fall into it.
 * Two fingerprints tell at least how many paths differ, without the other tree at hand.
 */
export function fingerprint(entries: readonly Entry[]): string {
  const buckets = Buffer.alloc(256);
  for (const entry of entries) {
    const bucket = hash("sha256", Buffer.from(entry.path, "latin1"), "buffer")[0] ?? 0;
    const first = hash("sha256", identity(entry), "buffer")[0] ?? 0;
    buckets[bucket] = ((buckets[bucket] ?? 0) + first) & 255;
  }
  return buckets.toString("base64");
}

/** Canonical JSON of all but where the content lies, written out key by key: sorting them for each entry takes most of the time. */
function identity(entry: Entry): string {
  const { digest, gid, kind, major, minor, mode, mtime, mtimeNs, path } = entry;
  const { size, target, type, uid, xattrs } = entry;
  return JSON.stringify({
    ...{ digest, gid, kind, major, minor, mode, mtime, mtimeNs, path },
    ...{ size, target, type, uid, xattrs },
  });
}
