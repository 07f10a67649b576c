import { toDotPath } from "zod/v4/core";
import { canonicalJson } from "../plan/canonical.ts";
import { identityOf } from "../plan/ref.ts";
import { unknownValue } from "./wire.ts";

/** One property that differs, by its path as Pulumi writes it (`partitions[1].sizeMiB`). */
export interface PropertyChange {
  readonly path: string;
  readonly kind: "add" | "delete" | "update";
}

/** What differs inside the named inputs; of a reference only what it refers to counts. */
export function changedProperties(
  olds: Record<string, unknown>,
  news: Record<string, unknown>,
  names: readonly string[],
): PropertyChange[] {
  return names.flatMap((name) =>
    differences([name], identityOf(olds[name]), identityOf(news[name])),
  );
}

function differences(
  path: readonly PropertyKey[],
  before: unknown,
  after: unknown,
): PropertyChange[] {
  const old = before ?? undefined;
  const now = after ?? undefined;
  if (canonicalJson(old ?? null) === canonicalJson(now ?? null)) return [];
  // Shown as the digests that will be others, not as everything that leads to them.
  const refs = now === unknownValue ? digestsIn(path, old) : [];
  if (refs.length > 0) return refs;
  const keys = keysOf(old, now);
  if (keys)
    return keys.flatMap((key) => differences([...path, key], valueAt(old, key), valueAt(now, key)));
  const kind = old === undefined ? "add" : now === undefined ? "delete" : "update";
  return [{ path: dotted(path), kind }];
}

/** The keys of two values that can be compared part by part; undefined where only the wholes can. */
function keysOf(a: unknown, b: unknown): (string | number)[] | undefined {
  if (Array.isArray(a) && Array.isArray(b)) return [...Array(Math.max(a.length, b.length)).keys()];
  if (!isRecord(a) || !isRecord(b)) return undefined;
  return [...new Set([...Object.keys(a), ...Object.keys(b)])].sort();
}

/** The digests of the references inside a value that is not known yet. */
function digestsIn(path: readonly PropertyKey[], value: unknown): PropertyChange[] {
  if (value === null || typeof value !== "object") return [];
  if (Object.keys(value).sort().join() === "digest,kind")
    return [{ path: dotted([...path, "digest"]), kind: "update" }];
  const key = (name: string) => (Array.isArray(value) ? Number(name) : name);
  return Object.entries(value).flatMap(([name, v]) => digestsIn([...path, key(name)], v));
}

function dotted(path: readonly PropertyKey[]): string {
  return toDotPath(path as PropertyKey[]);
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return value !== null && typeof value === "object" && !Array.isArray(value);
}

function valueAt(value: unknown, key: string | number): unknown {
  return (value as Record<string | number, unknown>)[key];
}
