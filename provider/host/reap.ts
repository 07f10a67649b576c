import { sha256 } from "../plan/canonical.ts";
import { docker, removeContainer } from "./docker.ts";
import { ownerIsGone, processOwner } from "./owner.ts";

/** Label with the name of the store that a container works for. */
export const storeLabel = "org.bootwright.step";
const ownerLabel = "org.bootwright.owner";
const expiresLabel = "org.bootwright.expires";

/** The longest that any step may take; its container ends by itself afterwards. */
export const lifetimeSeconds = 12 * 60 * 60;

/** The labels by which a later run finds what a crash left. */
export async function containerLabels(storeRoot: string): Promise<Record<string, string>> {
  return {
    [storeLabel]: storeName(storeRoot),
    [ownerLabel]: await processOwner(),
    [expiresLabel]: String(Math.floor(Date.now() / 1000) + lifetimeSeconds),
  };
}

/** Removes the containers of a store whose time is over or whose owner has ended; returns their names. */
export async function reap(storeRoot: string): Promise<string[]> {
  const format = `{{.Names}}\t{{.Label "${ownerLabel}"}}\t{{.Label "${expiresLabel}"}}`;
  const filter = `label=${storeLabel}=${storeName(storeRoot)}`;
  const list = await docker(["ps", "--all", "--no-trunc", "--filter", filter, "--format", format], {
    purpose: "to find containers that a crash left",
  });
  const removed: string[] = [];
  for (const line of list.split("\n").filter(Boolean)) {
    const [name = "", owner = "", expires = ""] = line.split("\t");
    if (Number(expires) * 1000 > Date.now() && !(await ownerIsGone(owner))) continue;
    await removeContainer(name);
    removed.push(name);
  }
  return removed;
}

/** What a store is called in labels: no path leaves the machine. */
export function storeName(storeRoot: string): string {
  return sha256(storeRoot).slice("sha256:".length, "sha256:".length + 12);
}
