import { rm } from "node:fs/promises";
import { join } from "node:path";
import { replaceFile } from "./record.ts";
import type { ObjectName, Store } from "./store.ts";

/** A resource of a stack, as a root of the store. */
export interface RootOwner {
  readonly project: string;
  readonly stack: string;
  readonly name: string;
  readonly urn: string;
  readonly instance?: string | undefined;
}

function rootFile(store: Store, owner: RootOwner): string {
  const type = owner.urn.split("::")[2]?.split(":").at(-1) ?? "resource";
  const parts = [owner.project, owner.stack, `${type}-${owner.instance ?? owner.name}`];
  return join(
    store.root,
    "roots",
    ...parts.map((part) => encodeURIComponent(part).replace(/^\.+/, "_")),
  );
}

/** Says that a resource needs these objects, in place of those it needed before, and why it was made (for people: nothing depends on it). */
export async function writeRoot(
  store: Store,
  owner: RootOwner,
  objects: readonly ObjectName[],
  cause?: object,
): Promise<void> {
  await replaceFile(
    store.root,
    `${rootFile(store, owner)}.json`,
    JSON.stringify({ urn: owner.urn, objects, cause }),
  );
}

/** Says that a resource is gone; its objects become collectable. */
export async function removeRoot(store: Store, owner: RootOwner): Promise<void> {
  await rm(`${rootFile(store, owner)}.json`, { force: true });
}
