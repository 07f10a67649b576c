import { crc32 } from "node:zlib";
import type { Entry } from "./types.ts";

/** Goes up when the same entries give another fingerprint. */
const version = "2:";

/**
 * One byte for each of 256 buckets of paths, in base64: the sum of the checksums of the entries that fall into it.
 * Two fingerprints tell at least how many paths differ, without the other tree at hand.
 */
export function fingerprint(entries: readonly Entry[]): string {
  const buckets = Buffer.alloc(256);
  for (const entry of entries) {
    const bucket = crc32(entry.path) & 255;
    buckets[bucket] = ((buckets[bucket] ?? 0) + crc32(identity(entry))) & 255;
  }
  return version + buckets.toString("base64");
}

/** In how many buckets two fingerprints differ; unknown where one is of another version. */
export function differentBuckets(a: string, b: string): number | undefined {
  if (!a.startsWith(version) || !b.startsWith(version)) return undefined;
  const [before, now] = [a, b].map((text) => Buffer.from(text.slice(version.length), "base64"));
  let count = 0;
  for (let i = 0; i < 256; i++) if (before?.[i] !== now?.[i]) count++;
  return count;
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
