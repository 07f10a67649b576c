import { readFile, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { sha256 } from "../plan/canonical.ts";
import { replaceFile } from "./record.ts";
import type { ObjectName, Store } from "./store.ts";

// What was exported where is a fact of this machine: it lies in the store, never in a stack's state.
function recordFile(store: Store, destination: string): string {
  return join(store.root, "exports", `${sha256(destination).slice("sha256:".length)}.json`);
}

async function stamp(destination: string): Promise<string | undefined> {
  const file = await stat(destination, { bigint: true }).catch(() => undefined);
  return file && `${file.size} bytes at ${file.mtimeNs}`;
}

/** Remembers the file that an artefact was exported to. */
export async function recordExport(
  store: Store,
  name: ObjectName,
  destination: string,
): Promise<void> {
  const record = { digest: name.digest, destination, stamp: await stamp(destination) };
  await replaceFile(store.root, recordFile(store, destination), JSON.stringify(record));
}

/** Why an exported file is not what it should be; undefined when it is. */
export async function exportDrift(
  store: Store,
  name: ObjectName,
  destination: string,
): Promise<string | undefined> {
  const now = await stamp(destination);
  if (!now) return "the file is missing";
  const text = await readFile(recordFile(store, destination), "utf8").catch(() => undefined);
  if (text === undefined) return "the file was not written on this machine";
  const record = JSON.parse(text) as { digest: string; stamp: string };
  if (record.digest !== name.digest) return "the file is of another version";
  return record.stamp === now ? undefined : "the file was changed";
}

/** Removes an exported file, if it is still the one that was written. */
export async function removeExport(
  store: Store,
  name: ObjectName,
  destination: string,
): Promise<void> {
  if ((await exportDrift(store, name, destination)) === undefined)
    await rm(destination, { force: true });
  await rm(recordFile(store, destination), { force: true });
}
