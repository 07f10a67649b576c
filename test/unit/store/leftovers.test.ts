import { once } from "node:events";
import { mkdir, mkdtemp, readdir, rm, stat, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { sha256 } from "../../../provider/plan/canonical.ts";
import { collectGarbage } from "../../../provider/store/gc.ts";
import { openStore } from "../../../provider/store/local-store.ts";
import { writeRoot } from "../../../provider/store/roots.ts";
import type { Store } from "../../../provider/store/store.ts";

let folder: string;
let store: Store;
const { signal } = new AbortController();
const keep = { days: 14, maxSizeGiB: 50 };
const inDays = (days: number) => Date.now() + days * 86_400_000;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "bootwright-test-"));
  store = await openStore(join(folder, "store"));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

async function put(path: string, text: string): Promise<void> {
  const file = join(store.root, path);
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, text);
}

async function files(): Promise<string[]> {
  const found = await readdir(store.root, { recursive: true, withFileTypes: true });
  return found
    .filter((file) => file.isFile() && !/roots|seals/.test(file.parentPath))
    .map((f) => f.name);
}

test("a collection keeps an adopted layer and its index, and drops what a build left beside it", async () => {
  const layer = sha256("layer").slice(7);
  await put(`oci/blobs/sha256/${layer}`, "layer");
  await put(`indexes/${layer}.json`, "[]");
  await store.adopt({ kind: "layer", digest: `sha256:${layer}` });
  await writeRoot(store, { project: "p", stack: "dev", name: "web", urn: "urn" }, [
    { kind: "layer", digest: `sha256:${layer}` },
  ]);
  await put(`oci/blobs/sha256/${sha256("manifest").slice(7)}`, "manifest");
  await put("oci/ingest/abc/data", "half a layer");
  await put(`indexes/${sha256("gone").slice(7)}.json`, "[]");
  await put("oci/index.json", "{}");
  await collectGarbage(store, keep, inDays(30), signal);
  expect((await files()).sort()).toEqual([layer, `${layer}.json`, "index.json"].sort());
});

test("a collection drops an object that a crash left without its record, but none that is being committed", async () => {
  const lost = sha256("lost").slice(7);
  await put(`objects/disk/${lost.slice(0, 2)}/${lost.slice(2)}`, "lost");
  await collectGarbage(store, keep, Date.now(), signal);
  expect(await files()).toEqual([lost.slice(2)]);
  await collectGarbage(store, keep, inDays(1), signal);
  expect(await files()).toEqual([]);
});

test("a collection drops results and logs that are older than what it keeps", async () => {
  await store.putResult(sha256("key"), { a: 1 });
  await put("logs/boot.log", "login:");
  await collectGarbage(store, keep, inDays(13), signal);
  expect(await files()).toHaveLength(2);
  await collectGarbage(store, keep, inDays(15), signal);
  expect(await files()).toEqual([]);
});

test("a result that somebody asks for is used by that", async () => {
  const key = sha256("key");
  await store.putResult(key, { a: 1 });
  const file = join(store.root, "steps", `${key.slice(7)}.json`);
  await utimes(file, 0, 0);
  expect(await store.result(key)).toEqual({ a: 1 });
  expect(Date.now() - (await stat(file)).mtimeMs).toBeLessThan(86_400_000);
});

test("a collection removes the stages of processes that have ended, and those of others once no step still runs", async () => {
  const stages = () => readdir(join(store.root, "stages"));
  await store.stage(async (own) => {
    const [place, pid] = basename(own).split("_");
    const otherContainer = `00000000_${pid}_1-abcdef`;
    await mkdir(join(store.root, "stages", `${place}_${pid}_1-abcdef`));
    await mkdir(join(store.root, "stages", otherContainer));
    await collectGarbage(store, keep, Date.now(), signal);
    expect((await stages()).sort()).toEqual([basename(own), otherContainer].sort());
    await collectGarbage(store, keep, inDays(1), signal);
    expect(await stages()).toEqual([basename(own)]);
  });
});

test("the path of a stage leaves room for that of a socket", async () => {
  await store.stage(async (own) => expect(basename(own).length).toBeLessThan(40));
});

test("a collection says what it could not remove, however long it took", async () => {
  const failing: Store = {
    ...store,
    lock: (name, stop, work) =>
      store.lock(name, stop, async () => {
        await once(stop, "abort");
        return work();
      }),
  };
  await rm(join(store.root, "stages"), { recursive: true });
  await expect(collectGarbage(failing, keep, Date.now(), signal)).rejects.toThrow("ENOENT");
});

test("a lock leaves nothing behind", async () => {
  await store.lock("key", signal, async () => {});
  expect(await readdir(join(store.root, "locks"))).toEqual([]);
});

test("a collection leaves a layer alone while a build may count on it", async () => {
  const layer = sha256("layer").slice(7);
  await put(`oci/blobs/sha256/${layer}`, "layer");
  await store.adopt({ kind: "layer", digest: `sha256:${layer}` });
  await store.lock("oci layout", signal, () => collectGarbage(store, keep, inDays(30), signal));
  expect(await files()).toContain(layer);
  await collectGarbage(store, keep, inDays(30), signal);
  expect(await files()).toEqual([]);
});
