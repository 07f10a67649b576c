import { readFile, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { sha256 } from "../plan/canonical.ts";
import { replaceFile } from "./record.ts";
import type { RootOwner } from "./roots.ts";
import type { ObjectName, Store } from "./store.ts";

// What was exported where is a fact of this machine: it lies in the store, never in a stack's state.
function recordFile(store: Store, destination: string): string {
  return join(store.root, "exports", `${sha256(destination).slice("sha256:".length)}.json`);
}

interface ExportRecord {
  readonly digest: string;
  readonly stamp: string;
  readonly owner: string;
}

async function recorded(store: Store, destination: string): Promise<ExportRecord | undefined> {
  const text = await readFile(recordFile(store, destination), "utf8").catch(() => undefined);
  return text === undefined ? undefined : (JSON.parse(text) as ExportRecord);
}

function inWords({ urn, instance = "" }: RootOwner): string {
  return `${urn} ${instance}`;
}

async function stamp(destination: string): Promise<string | undefined> {
  const file = await stat(destination, { bigint: true }).catch(() => undefined);
  return file && `${file.size} bytes at ${file.mtimeNs}`;
}

/** Remembers the file that an artefact was exported to, and for whom. */
export async function recordExport(
  store: Store,
  name: ObjectName,
  destination: string,
  owner: RootOwner,
): Promise<void> {
  const record = {
    ...{ digest: name.digest, destination, stamp: await stamp(destination) },
    owner: inWords(owner),
  };
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
  const record = await recorded(store, destination);
  if (!record) return "the file was not written on this machine";
  if (record.digest !== name.digest) return "the file is of another version";
  return record.stamp === now ? undefined : "the file was changed";
}

/** Removes an exported file, if it is still the one that was written, and nobody else has put a file there since. */
export async function removeExport(
  store: Store,
  name: ObjectName,
  destination: string,
  owner: RootOwner,
): Promise<void> {
  const record = await recorded(store, destination);
  if (record && record.owner !== inWords(owner)) return;
  if ((await exportDrift(store, name, destination)) === undefined)
    await rm(destination, { force: true });
  await rm(recordFile(store, destination), { force: true });
}
