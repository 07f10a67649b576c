import { canonicalJson } from "../plan/canonical.ts";
import { identityOf } from "../plan/ref.ts";
import type { Resource } from "../resource.ts";
import { hasUnknown } from "./wire.ts";

/** What differs, by input name, and whether that calls for a new resource. */
export interface Difference {
  readonly changed: readonly string[];
  readonly replaces: readonly string[];
}

/** Compares recorded inputs with new ones: by what they plan, so that an input that decides nothing changes nothing. */
export function diffInputs(
  resource: Resource,
  olds: Record<string, unknown>,
  news: Record<string, unknown>,
): Difference {
  const keys = [...Object.keys(resource.inputs.shape), "madeWith"];
  const differing = keys.filter((key) => !same(olds[key], news[key]));
  const changed = differing.length > 0 && samePlan(resource, olds, news) ? [] : differing;
  const replaces = changed.filter((key) => resource.replaceOn?.includes(key) ?? false);
  return { changed, replaces };
}

function same(a: unknown, b: unknown): boolean {
  return (
    canonicalJson(identityOf(a ?? undefined) ?? null) ===
    canonicalJson(identityOf(b ?? undefined) ?? null)
  );
}

function samePlan(
  resource: Resource,
  olds: Record<string, unknown>,
  news: Record<string, unknown>,
): boolean {
  if (hasUnknown(news) || olds.madeWith !== news.madeWith || olds.exportTo !== news.exportTo)
    return false;
  const [before, after] = [olds, news].map((inputs) => parsedInputs(resource, inputs));
  if (!before || !after) return false;
  return same(resource.plan(before as never), resource.plan(after as never));
}

/** The inputs of a resource out of a larger record; undefined when they are from an older schema. */
export function parsedInputs(
  resource: Resource,
  record: Record<string, unknown>,
): Record<string, unknown> | undefined {
  const keys = Object.keys(resource.inputs.shape).filter(
    (key) => (record[key] ?? undefined) !== undefined,
  );
  const result = resource.inputs.safeParse(Object.fromEntries(keys.map((k) => [k, record[k]])));
  return result.success ? (result.data as Record<string, unknown>) : undefined;
}
