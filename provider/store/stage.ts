import { mkdtemp } from "node:fs/promises";
import { join } from "node:path";
import { processOwner } from "../host/owner.ts";

let own: Promise<string> | undefined;

/** Makes a temporary folder in a store. Its name says whose it is: processes of several containers and machines have the same numbers. */
export async function makeStage(root: string): Promise<string> {
  own ??= processOwner();
  return mkdtemp(join(root, "stages", `${(await own).replaceAll("/", "_")}-`));
}

/** The owner that the name of a stage says. */
export function stageOwner(name: string): string {
  return name.slice(0, name.lastIndexOf("-")).replaceAll("_", "/");
}
