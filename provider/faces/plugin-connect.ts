import { type From, isFrom } from "../flow/machine.ts";
import { asSecret, openSecret, unknownValue } from "../lifecycle/wire.ts";

type Values = Record<string, unknown>;

/** What inputs can refer to: a child's outputs, or the component's own inputs. Values are as Pulumi sends them. */
export interface Source {
  readonly values: Values;
  /** URNs of the resources that a value came from. */
  readonly needs: (name: string) => readonly string[];
}

/** An input of a child, and the resources that it came from. */
export interface Connected {
  readonly value: unknown;
  readonly needs: readonly string[];
}

/** Inputs of a child with every reference replaced by what it refers to; what is not given is left out. */
export async function connect(
  inputs: Readonly<Values>,
  sources: ReadonlyMap<string, Promise<Source>>,
): Promise<ReadonlyMap<string, Connected>> {
  const connected = new Map<string, Connected>();
  for (const [name, input] of Object.entries(inputs)) {
    const needs = new Set<string>();
    const value = await resolve(input, sources, needs);
    if (value !== undefined) connected.set(name, { value, needs: [...needs] });
  }
  return connected;
}

async function resolve(
  value: unknown,
  sources: ReadonlyMap<string, Promise<Source>>,
  needs: Set<string>,
): Promise<unknown> {
  if (isFrom(value)) {
    const source = await sources.get(value.from);
    if (!source) throw new Error(`There is no child ${value.from}`);
    for (const urn of source.needs(String(value.path[0]))) needs.add(urn);
    return follow(value, source.values);
  }
  if (Array.isArray(value)) return Promise.all(value.map((v) => resolve(v, sources, needs)));
  if (value === null || typeof value !== "object") return value ?? undefined;
  const entries = Object.entries(value).map(
    async ([key, v]) => [key, await resolve(v, sources, needs)] as const,
  );
  return Object.fromEntries((await Promise.all(entries)).filter(([, v]) => v !== undefined));
}

/** What a path leads to; secret where anything on the way is. */
function follow({ path }: From, values: Values): unknown {
  let at: unknown = values;
  let secret = false;
  for (const key of path) {
    const opened = openSecret(at);
    secret ||= opened.secret;
    at = opened.value === unknownValue ? unknownValue : valueAt(opened.value, key);
    if (at === unknownValue) break;
  }
  return secret && at !== undefined ? asSecret(at) : at;
}

function valueAt(value: unknown, key: string | number): unknown {
  if (value === null || typeof value !== "object") return undefined;
  return (value as Record<string | number, unknown>)[key] ?? undefined;
}
