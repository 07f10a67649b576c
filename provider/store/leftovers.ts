import { readdir, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { lifetimeSeconds } from "../host/reap.ts";
import { objectPath, sealPath } from "./paths.ts";
import { fateOfStage } from "./stage.ts";
import type { ObjectName, Store } from "./store.ts";

/**
 * Removes what no object names: stages of dead processes, files that a crash left between their rename and their record, a builder's
 * manifests and half-sent blobs, indexes of layers that are gone, and logs and results that nobody asked for lately.
 */
export async function removeLeftovers(
  store: Store,
  unusedSinceMs: number,
  untouchedSinceMs: number,
): Promise<void> {
  const { root } = store;
  await removeDeadStages(join(root, "stages"), untouchedSinceMs - lifetimeSeconds * 1000);
  for (const file of await filesBelow(join(root, "oci", "blobs", "sha256")))
    await removeUnrecorded(root, { kind: "layer", digest: digestIn(file) }, file, untouchedSinceMs);
  for (const kind of ["file", "tree", "ext4", "disk", "vhd"] as const)
    for (const file of await filesBelow(join(root, "objects", kind)))
      await removeUnrecorded(root, { kind, digest: digestIn(file) }, file, untouchedSinceMs);
  for (const file of await filesBelow(join(root, "oci", "ingest")))
    if (await isOlder(file, untouchedSinceMs)) await rm(file, { force: true });
  for (const file of await filesBelow(join(root, "indexes"))) {
    const layer = { kind: "layer", digest: digestIn(file.replace(/\.json.*$/, "")) } as const;
    await removeUnrecorded(root, layer, file, untouchedSinceMs);
  }
  for (const folder of ["steps", "logs"])
    for (const file of await filesBelow(join(root, folder)))
      if (await isOlder(file, Math.min(unusedSinceMs, untouchedSinceMs)))
        await rm(file, { force: true });
}

/** Removes an object's file, or what was derived from it, when the object is not recorded. */
async function removeUnrecorded(
  root: string,
  name: ObjectName,
  file: string,
  untouchedSinceMs: number,
): Promise<void> {
  if (!/^sha256:[0-9a-f]{64}$/.test(name.digest)) return;
  const sealed = await stat(sealPath(root, name)).catch(() => undefined);
  if (sealed && (await stat(objectPath(root, name)).catch(() => undefined))) return;
  if (await isOlder(file, untouchedSinceMs)) await rm(file, { force: true });
}

/** The digest in a path: the hex digits at its end, which objects split after the second. */
function digestIn(file: string): string {
  return `sha256:${file.replaceAll("/", "").slice(-64)}`;
}

async function isOlder(file: string, thanMs: number): Promise<boolean> {
  const found = await stat(file).catch(() => undefined);
  return found !== undefined && Math.max(found.mtimeMs, found.ctimeMs) < thanMs;
}

/** Stages of processes that have ended; where nobody knows whether they have, of those whose steps have by now. */
async function removeDeadStages(folder: string, strangersSinceMs: number): Promise<void> {
  for (const name of await readdir(folder)) {
    const stage = join(folder, name);
    const fate = await fateOfStage(name);
    if (fate === "gone" || (fate === "unknown" && (await isOlder(stage, strangersSinceMs))))
      await rm(stage, { recursive: true, force: true });
  }
}

async function filesBelow(folder: string): Promise<string[]> {
  const found = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
  return found
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
}
