import { createHash } from "node:crypto";
import { canonicalJson } from "../plan/canonical.ts";
import type { Entry } from "../tree/types.ts";

/**
 * One byte for each of 256 buckets of paths, in base64: the sum of the hashes of the entries that fall into it.
 * Two fingerprints tell at least how many paths differ, without the other tree at hand.
 */
export function fingerprint(entries: readonly Entry[]): string {
  const buckets = Buffer.alloc(256);
  for (const { source: _source, segments: _segments, ...identity } of entries) {
    const path = createHash("sha256").update(identity.path, "latin1").digest();
    const bucket = path[0] ?? 0;
    const hash = createHash("sha256").update(canonicalJson(identity)).digest();
    buckets[bucket] = ((buckets[bucket] ?? 0) + (hash[0] ?? 0)) & 255;
  }
  return buckets.toString("base64");
}
