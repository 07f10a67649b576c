import { readRoots } from "../../store/gc.ts";
import type { ObjectName, Store } from "../../store/store.ts";

/** Name of an object as a key of a map. */
export function keyOf({ kind, digest }: ObjectName): string {
  return `${kind} ${digest}`;
}

/** URNs of the resources that need each object, themselves or through what they cannot be read without, by {@link keyOf}. */
export async function neededBy(store: Store): Promise<Map<string, Set<string>>> {
  const found = new Map<string, Set<string>>();
  const visit = async (name: ObjectName, urn: string): Promise<void> => {
    const key = keyOf(name);
    const urns = found.get(key) ?? new Set();
    if (urns.has(urn)) return;
    found.set(key, urns.add(urn));
    for (const need of await store.needs(name)) await visit(need, urn);
  };
  for (const { urn, objects } of await readRoots(store))
    for (const object of objects) await visit(object, urn);
  return found;
}

/** A resource in a few characters, stack and name: `dev/web-disk`; a URN that is none as it is. */
export function shortUrn(urn: string): string {
  const [head = "", , , ...name] = urn.split("::");
  const stack = head.split(":")[2];
  return stack && name.length > 0 ? `${stack}/${name.join("::")}` : urn;
}
