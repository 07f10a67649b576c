import { readdir, readFile, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { StoreError } from "../errors.ts";
import { type ArtefactKind, artefactKinds } from "../plan/ref.ts";
import { removeLeftovers } from "./leftovers.ts";
import { objectPath, sealPath } from "./paths.ts";
import type { ObjectName, Store } from "./store.ts";

/** What a collection keeps besides the roots. */
export interface Keep {
  /** Objects used within so many days stay, while the size allows. */
  readonly days: number;
  /** Above this, objects without a root go, the longest unused first. */
  readonly maxSizeGiB: number;
}

/** An object of the store as it was found. */
export interface StoredObject extends ObjectName {
  /** Bytes that it takes on disk. */
  readonly bytes: number;
  /** Length of its file, holes included. */
  readonly sizeBytes: number;
  /** When it was last used, since 1970. */
  readonly usedMs: number;
}

/** Objects used in the last hour never go: a running step may be about to read them. */
const graceMs = 3_600_000;
/** How long a collection waits for a build to end; one that takes longer keeps its layers until the next collection. */
const patienceMs = 1000;

/** Removes what no root needs and nobody used lately; returns what went. `nowMs` is the time since 1970. */
export async function collectGarbage(
  store: Store,
  keep: Keep,
  nowMs: number,
  signal: AbortSignal = new AbortController().signal,
): Promise<{ removed: number; bytes: number }> {
  const going = await unneeded(store, keep, nowMs);
  const gone: StoredObject[] = [];
  const removeAll = async (objects: readonly StoredObject[]) => {
    for (const object of objects) if (await removeUnused(store, object)) gone.push(object);
  };
  await removeAll(going.filter(({ kind }) => kind !== "layer"));
  // A builder counts on every layer that it found in the layout.
  await whileNoBuildRuns(store, signal, async () => {
    await removeAll(going.filter(({ kind }) => kind === "layer"));
    await removeLeftovers(store, nowMs - keep.days * 86_400_000, nowMs - graceMs);
  });
  return { removed: gone.length, bytes: gone.reduce((sum, { bytes }) => sum + bytes, 0) };
}

/** What a collection would remove now, the longest unused first. */
export async function unneeded(store: Store, keep: Keep, nowMs: number): Promise<StoredObject[]> {
  const all = await storedObjects(store);
  const inUse = all.filter((object) => nowMs - object.usedMs < graceMs);
  const needed = await reachable(store, inUse);
  let total = all.reduce((sum, object) => sum + object.bytes, 0);
  return all
    .filter((object) => !needed.has(`${object.kind} ${object.digest}`))
    .sort((a, b) => a.usedMs - b.usedMs)
    .filter((object) => {
      const old = nowMs - object.usedMs > keep.days * 86_400_000;
      if (!old && total <= keep.maxSizeGiB * 2 ** 30) return false;
      total -= object.bytes;
      return true;
    });
}

/** Removes an object, unless somebody has come to use it since the collection began. */
async function removeUnused(store: Store, object: StoredObject): Promise<boolean> {
  const seal = await stat(sealPath(store.root, object)).catch(() => undefined);
  if (seal?.mtimeMs !== object.usedMs) return false;
  await rm(objectPath(store.root, object), { force: true });
  await rm(sealPath(store.root, object), { force: true });
  return true;
}

async function whileNoBuildRuns(store: Store, signal: AbortSignal, work: () => Promise<void>) {
  const patience = AbortSignal.timeout(patienceMs);
  let begun = false;
  const begin = () => {
    begun = true;
    return work();
  };
  try {
    await store.lock("oci layout", AbortSignal.any([signal, patience]), begin);
  } catch (error) {
    if (begun || signal.aborted || !patience.aborted) throw error;
  }
}

/** What is in use, everything that the roots name, and what these cannot be read without. */
async function reachable(store: Store, inUse: readonly ObjectName[]): Promise<Set<string>> {
  const found = new Set<string>();
  const visit = async (name: ObjectName): Promise<void> => {
    const key = `${name.kind} ${name.digest}`;
    if (found.has(key)) return;
    found.add(key);
    for (const need of await store.needs(name)) await visit(need);
  };
  for (const object of inUse) await visit(object);
  for (const { objects } of await readRoots(store))
    for (const object of objects) await visit(object);
  return found;
}

/** What a resource of a stack said that it needs. */
export interface Root {
  readonly urn: string;
  readonly objects: readonly (ObjectName & { readonly recipe?: string })[];
  /** Why it was made, as an earlier version or another may not have written it. */
  readonly cause?: unknown;
}

/** The roots of the store, of all projects and stacks. */
export async function readRoots(store: Pick<Store, "root">): Promise<Root[]> {
  const roots: Root[] = [];
  for (const file of await jsonBelow(join(store.root, "roots"))) roots.push(await readRoot(file));
  return roots;
}

async function readRoot(file: string): Promise<Root> {
  const text = await readFile(file, "utf8").catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return '{"urn":"","objects":[]}'; // deleted since it was listed
    throw error;
  });
  try {
    return JSON.parse(text) as Root;
  } catch (cause) {
    throw new StoreError(`${file} does not say what a resource needs, so nothing was collected`, {
      hint: "delete it and run pulumi up --replace for its resource",
      cause,
    });
  }
}

/** Every object that the store has a record of. */
export async function storedObjects(store: Store): Promise<StoredObject[]> {
  const found: StoredObject[] = [];
  for (const kind of artefactKinds)
    for (const file of await jsonBelow(join(store.root, "seals", kind))) {
      const name = { kind: kind as ArtefactKind, digest: `sha256:${file.slice(-69, -5)}` };
      const [seal, object] = await Promise.all([
        stat(file).catch(() => undefined),
        stat(objectPath(store.root, name)).catch(() => undefined),
      ]);
      if (seal)
        found.push({
          ...name,
          bytes: (object?.blocks ?? 0) * 512,
          sizeBytes: object?.size ?? 0,
          usedMs: seal.mtimeMs,
        });
    }
  return found;
}

async function jsonBelow(folder: string): Promise<string[]> {
  const found = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
  return found
    .filter((entry) => entry.isFile() && entry.name.endsWith(".json"))
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
}
