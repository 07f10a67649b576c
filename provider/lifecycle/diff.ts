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
  const keys = Object.keys(resource.inputs.shape);
  const differing = keys.filter((key) => !same(olds[key], news[key]));
  if (!sameMaker(olds.madeWith, news.madeWith)) differing.push("madeWith");
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

/** The toolbox counts only where both sides used one: on the host, tools differ from machine to machine. */
function sameMaker(before: unknown, after: unknown): boolean {
  const [stepBefore, toolboxBefore] = String(before ?? "").split(", ");
  const [stepAfter, toolboxAfter] = String(after ?? "").split(", ");
  if (stepBefore !== stepAfter) return false;
  return !toolboxBefore || !toolboxAfter || toolboxBefore === toolboxAfter;
}

function samePlan(
  resource: Resource,
  olds: Record<string, unknown>,
  news: Record<string, unknown>,
): boolean {
  if (hasUnknown(news) || !sameMaker(olds.madeWith, news.madeWith)) return false;
  if (olds.exportTo !== news.exportTo) return false;
  const [before, after] = [olds, news].map((inputs) => parsedInputs(resource, inputs));
  if (!before || !after) return false;
  try {
    return same(resource.plan(before as never), resource.plan(after as never));
  } catch {
    // Inputs that no longer plan (a rule was added since): the update says why.
    return false;
  }
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
