import { InputError } from "../errors.ts";
import { type Root, readRoots } from "../store/gc.ts";
import type { Store } from "../store/store.ts";
import { shortUrn } from "./store/roots.ts";

/** The resource type in a URN, without its package: `Rootfs`. */
export function typeOf(urn: string): string {
  return urn.split("::")[2]?.split(":").at(-1) ?? "";
}

/** The resources that have something in the store and are called so: by name, `stack/name` or URN; all where no name is given. */
export async function findRoots(store: Store, name: string | undefined): Promise<Root[]> {
  const roots = (await readRoots(store)).filter(({ urn }) => urn !== "");
  return name === undefined
    ? roots
    : roots.filter(({ urn }) =>
        [urn, shortUrn(urn), shortUrn(urn).replace(/^[^/]*\//, "")].includes(name),
      );
}

/** The one of some resources that is meant; none or several are an InputError that names what there is. */
export function onlyRoot(roots: readonly Root[], asked: string, all: readonly Root[]): Root {
  const [only, ...others] = roots;
  if (only && others.length === 0) return only;
  const names = (roots.length > 0 ? roots : all).map(({ urn }) =>
    roots.length > 0 ? urn : shortUrn(urn),
  );
  const known = [...new Set(names)].sort().slice(0, 20).join(", ");
  const reason =
    roots.length > 0
      ? `names ${roots.length} resources: ${known}`
      : `is no resource that the store knows${known ? ` (it knows ${known})` : ""}`;
  // A URN has dollar signs, which a shell would take for variables.
  const hint = "give one of them, in single quotes";
  throw new InputError([{ property: asked, reason }], roots.length > 0 ? { hint } : {});
}
