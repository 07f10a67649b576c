import { createHash } from "node:crypto";
import { chmod, mkdir, open, rename, rm, stat, utimes, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { StoreError } from "../errors.ts";
import { canonicalJson, sha256 } from "../plan/canonical.ts";
import type { ArtefactKind } from "../plan/ref.ts";
import { withLock } from "./lock.ts";
import { objectPath, sealPath, storeRoot } from "./paths.ts";
import { readRecord, replaceFile } from "./record.ts";
import { makeStage } from "./stage.ts";
import type { NewObject, ObjectName, Store } from "./store.ts";
import { sha256File } from "./verify.ts";

/** What is recorded of an object when it is committed; every use compares it. */
interface Seal {
  readonly sizeBytes: string;
  readonly mtimeNs: string;
  readonly needs: readonly ObjectName[];
}

/** The modification time of every committed object, in seconds since 1970: any other is a later change. */
const committedAt = 1735689600;

/** Opens (and makes, if need be) the store in a folder. */
export async function openStore(root: string = storeRoot()): Promise<Store> {
  const folders = ["objects", "seals", "stages", "locks", "steps", "roots", "logs", "indexes"];
  await Promise.all(folders.map((folder) => mkdir(join(root, folder), { recursive: true })));

  const path = (kind: ArtefactKind, digest: string) => objectPath(root, { kind, digest });

  const seal = (name: ObjectName) => readRecord<Seal>(sealPath(root, name));

  const needsOf = async (name: ObjectName) => (await seal(name))?.needs ?? [];

  async function condition(name: ObjectName): Promise<"there" | "missing" | "damaged"> {
    const recorded = await seal(name);
    const now = await stat(objectPath(root, name), { bigint: true }).catch(() => undefined);
    if (!recorded || !now) return "missing";
    const unharmed = `${now.size}` === recorded.sizeBytes && `${now.mtimeNs}` === recorded.mtimeNs;
    return unharmed ? "there" : "damaged";
  }

  async function has(kind: ArtefactKind, digest: string): Promise<boolean> {
    return (await condition({ kind, digest })) === "there";
  }

  async function record(name: ObjectName, needs: readonly ObjectName[]): Promise<void> {
    const file = await stat(objectPath(root, name), { bigint: true });
    const text = { sizeBytes: `${file.size}`, mtimeNs: `${file.mtimeNs}`, needs };
    await replaceFile(root, sealPath(root, name), canonicalJson(text));
  }

  async function touch(name: ObjectName): Promise<void> {
    await markUsed(sealPath(root, name));
    for (const need of await needsOf(name)) await touch(need);
  }

  async function result(key: string): Promise<Record<string, unknown> | undefined> {
    const file = join(root, "steps", `${key.slice(7)}.json`);
    await markUsed(file);
    return readRecord(file);
  }

  /** A builder skips what it finds in its place, so that what is there may be what was damaged long ago. */
  async function adopt(name: ObjectName): Promise<void> {
    if ((await condition(name)) === "there") return touch(name);
    const file = objectPath(root, name);
    const actual = await sha256File(file);
    if (actual !== name.digest) {
      await rm(file, { force: true });
      throw new StoreError(
        `The ${name.kind} ${name.digest} in the store is damaged: its content is ${actual}`,
        { hint: "it has been removed: run pulumi up again" },
      );
    }
    await record(name, []);
  }

  async function stage<T>(work: (folder: string) => Promise<T>): Promise<T> {
    const folder = await makeStage(root);
    try {
      return await work(folder);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  }

  async function commit({ kind, digest, file, needs = [] }: NewObject): Promise<void> {
    await touch({ kind, digest });
    if (await has(kind, digest)) return;
    const handle = await open(file, "r");
    try {
      await handle.sync();
    } finally {
      await handle.close();
    }
    await chmod(file, 0o444);
    // Whoever commits the same at the same moment records the same: of two files only one stays.
    await utimes(file, committedAt, committedAt);
    const target = path(kind, digest);
    await mkdir(dirname(target), { recursive: true });
    await rename(file, target);
    await record({ kind, digest }, needs);
  }

  async function putBytes(bytes: Uint8Array): Promise<string> {
    const digest = sha256(bytes);
    await stage(async (folder) => {
      const file = join(folder, "bytes");
      await writeFile(file, bytes);
      await commit({ kind: "file", digest, file });
    });
    return digest;
  }

  return {
    root,
    path,
    has,
    condition,
    touch,
    stage,
    commit,
    putBytes,
    adopt,
    // A builder skips what lies in its place, so the bytes go too.
    discard: async (name) => {
      await rm(objectPath(root, name), { force: true });
      await rm(sealPath(root, name), { force: true });
    },
    needs: needsOf,
    lock: (name, signal, work) =>
      withLock(join(root, "locks", createHash("sha256").update(name).digest("hex")), signal, work),
    result,
    putResult: (key, outputs) =>
      replaceFile(root, join(root, "steps", `${key.slice(7)}.json`), canonicalJson(outputs)),
  };
}

/** What was used lately is not collected. */
async function markUsed(file: string): Promise<void> {
  const now = new Date();
  await utimes(file, now, now).catch(() => {});
}
