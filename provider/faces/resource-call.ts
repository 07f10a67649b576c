import { randomUUID } from "node:crypto";
import { findResource, findStep } from "../flow/index.ts";
import { openContext } from "../lifecycle/open-context.ts";
import type { Context, Owner, Resource } from "../resource.ts";
import { engineLog } from "./engine-log.ts";

/** The resource that the engine names; a state may be of a version that has more. */
export function resourceOf(name: string, shown: string = name): Resource {
  const resource = findResource(name);
  if (!resource) throw new Error(`This version of bootwright has no resource ${shown}`);
  return resource;
}

/** What a call of the engine about one resource works with. */
export function contextOf(
  resource: Resource,
  { urn, instance, signal }: { urn: string; instance?: string | undefined; signal: AbortSignal },
): Promise<Context> {
  const owner = { ...ownerOf(urn, resource.name), instance };
  return openContext({ owner, signal, log: engineLog(urn), find: findStep });
}

/** An id for a new instance: its name, and what tells it from the next of that name. */
export function newId(urn: string, type: string): string {
  return `${ownerOf(urn, type).name}-${randomUUID().slice(0, 8)}`;
}

/** The owner that a URN names: `urn:pulumi:<stack>::<project>::<type>::<name>`. */
function ownerOf(urn: string, type: string): Owner {
  const [head = "", project = "project", , ...name] = urn.split("::");
  return { urn, project, stack: head.split(":")[2] ?? "stack", name: name.join("::") || type };
}
