import { canonicalJson } from "../plan/canonical.ts";
import { identityOf, refSchema } from "../plan/ref.ts";
import type { Resource } from "../resource.ts";
import type { ObjectName } from "../store/store.ts";
import { changedProperties, type PropertyChange } from "./changed-properties.ts";

type Values = Record<string, unknown>;

/** An input that differed, with what it was and is where that may be shown: short, and no secret. */
export interface CauseChange extends PropertyChange {
  readonly before?: string;
  readonly after?: string;
}

/** Why a resource was last made. */
export interface Cause {
  readonly operation: "create" | "update";
  /** What differed; of an update nothing where what had been made was damaged, gone or changed by others. */
  readonly changes: readonly CauseChange[];
  /** What was there before. */
  readonly replaced?: ObjectName;
}

const longestShown = 200;

/** Why a resource is made with these inputs, `previous` being its last state: for a record that explains it afterwards. */
export function causeOf(
  resource: Pick<Resource, "inputs" | "secrets">,
  inputs: Values,
  previous: Values | undefined,
): Cause {
  if (!previous) return { operation: "create", changes: [] };
  const names = [...Object.keys(resource.inputs.shape), "madeWith"];
  const changes = changedProperties(previous, inputs, names).map((change): CauseChange => {
    const path = pathParts(change.path);
    const isSecret = inputs.__secret === true || resource.secrets?.includes(path[0] ?? "");
    if (isSecret) return change;
    const [before, after] = [shown(previous, path), shown(inputs, path)];
    return { ...change, ...(before && { before }), ...(after && { after }) };
  });
  const ref = refSchema.safeParse(previous.ref);
  const replaced = ref.success ? { kind: ref.data.kind, digest: ref.data.digest } : undefined;
  return { operation: "update", changes, ...(replaced && { replaced }) };
}

/** The parts of a path as Pulumi writes it: `a[0].b["c d"]`. */
export function pathParts(path: string): string[] {
  const parts = path.matchAll(/\["((?:[^"\\]|\\.)*)"\]|\[(\d+)\]|([^.[\]]+)/g);
  return [...parts].map(([, quoted, index, name]) =>
    quoted === undefined ? (index ?? name ?? "") : JSON.parse(`"${quoted}"`),
  );
}

function shown(values: Values, path: readonly string[]): string | undefined {
  let at: unknown = identityOf(values);
  for (const part of path)
    at = at !== null && typeof at === "object" ? (at as Values)[part] : undefined;
  if (at === undefined || at === null) return undefined;
  const text = typeof at === "string" ? at : canonicalJson(at);
  return text.length <= longestShown ? text : undefined;
}
