import { readdir, readFile, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { type ArtefactKind, artefactKinds } from "../plan/ref.ts";
import { objectPath, sealPath } from "./local-store.ts";
import type { ObjectName, Store } from "./store.ts";

/** What a collection keeps besides the roots. */
export interface Keep {
  /** Objects used within so many days stay, while the size allows. */
  readonly days: number;
  /** Above this, objects without a root go, the longest unused first. */
  readonly maxSizeGiB: number;
}

/** An object that may go. */
interface Candidate extends ObjectName {
  readonly bytes: number;
  readonly usedMs: number;
}

/** Objects used in the last hour never go: a running step may be about to read them. */
const graceMs = 3_600_000;

/** Removes what no root needs and nobody used lately; returns what went. `nowMs` is the time since 1970. */
export async function collectGarbage(
  store: Store,
  keep: Keep,
  nowMs: number,
): Promise<{ removed: number; bytes: number }> {
  await removeDeadStages(store);
  const all = await candidates(store);
  const inUse = all.filter((object) => nowMs - object.usedMs < graceMs);
  const needed = await reachable(store, inUse);
  let total = all.reduce((sum, object) => sum + object.bytes, 0);
  const loose = all
    .filter((object) => !needed.has(`${object.kind} ${object.digest}`))
    .sort((a, b) => a.usedMs - b.usedMs);
  let removed = 0;
  let bytes = 0;
  for (const object of loose) {
    const old = nowMs - object.usedMs > keep.days * 86_400_000;
    if (!old && total <= keep.maxSizeGiB * 2 ** 30) continue;
    await rm(objectPath(store.root, object), { force: true });
    await rm(sealPath(store.root, object), { force: true });
    total -= object.bytes;
    bytes += object.bytes;
    removed++;
  }
  return { removed, bytes };
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
  for (const file of await filesBelow(join(store.root, "roots"))) {
    const root = JSON.parse(await readFile(file, "utf8")) as { objects: ObjectName[] };
    for (const object of root.objects) await visit(object);
  }
  return found;
}

async function candidates(store: Store): Promise<Candidate[]> {
  const found: Candidate[] = [];
  for (const kind of artefactKinds)
    for (const file of await filesBelow(join(store.root, "seals", kind))) {
      const name = { kind: kind as ArtefactKind, digest: `sha256:${file.slice(-69, -5)}` };
      const [seal, object] = await Promise.all([
        stat(file),
        stat(objectPath(store.root, name)).catch(() => undefined),
      ]);
      found.push({ ...name, bytes: (object?.blocks ?? 0) * 512, usedMs: seal.mtimeMs });
    }
  return found;
}

/** Stages are named after the process that works in them. */
async function removeDeadStages(store: Store): Promise<void> {
  const folder = join(store.root, "stages");
  for (const name of await readdir(folder))
    if (!isAlive(Number.parseInt(name, 10)))
      await rm(join(folder, name), { recursive: true, force: true });
}

function isAlive(pid: number): boolean {
  try {
    return pid > 0 && process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

async function filesBelow(folder: string): Promise<string[]> {
  const found = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
  return found
    .filter((entry) => entry.isFile() && entry.name.endsWith(".json"))
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
}
