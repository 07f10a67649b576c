import { chmod, mkdir, mkdtemp, rm, stat, truncate, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { sha256 } from "../../../provider/plan/canonical.ts";
import { collectGarbage } from "../../../provider/store/gc.ts";
import { openStore } from "../../../provider/store/local-store.ts";
import { sealPath, storeRoot } from "../../../provider/store/paths.ts";
import { writeRoot } from "../../../provider/store/roots.ts";
import type { Store } from "../../../provider/store/store.ts";

let folder: string;
let store: Store;
const { signal } = new AbortController();
const keepNothing = { days: 0, maxSizeGiB: 0 };
const dayMs = 86_400_000;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "bootwright-test-"));
  store = await openStore(join(folder, "store"));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

/** Puts a layer where a builder would put it. */
async function export_(text: string) {
  const name = { kind: "layer", digest: sha256(text) } as const;
  const path = store.path(name.kind, name.digest);
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, text);
  return { name, path };
}

async function commit(text: string) {
  const name = { kind: "file", digest: sha256(text) } as const;
  await store.stage(async (stage) => {
    await writeFile(join(stage, "object"), text);
    await store.commit({ ...name, file: join(stage, "object") });
  });
  return name;
}

test("a layer that was changed after it was adopted is not adopted again, and makes room for a sound one", async () => {
  const { name, path } = await export_("layer");
  await store.adopt(name);
  await chmod(path, 0o644);
  await writeFile(path, "LAYER");
  await expect(store.adopt(name)).rejects.toThrow("is damaged");
  await expect(stat(path)).rejects.toThrow("ENOENT");
  await export_("layer");
  await store.adopt(name);
  expect(await store.condition(name)).toBe("there");
});

test("a layer that a builder left incomplete is not adopted", async () => {
  const { name, path } = await export_("layer");
  await truncate(path, 3);
  await expect(store.adopt(name)).rejects.toThrow("is damaged");
  expect(await store.condition(name)).toBe("missing");
});

test.each(["", '{"sizeBytes":"5"'])(
  "a torn record %j of an object is a cache miss",
  async (torn) => {
    const name = await commit("hello");
    await writeFile(sealPath(store.root, name), torn);
    expect(await store.condition(name)).toBe("missing");
    await commit("hello");
    expect(await store.condition(name)).toBe("there");
  },
);

test("a torn result of a step is a cache miss", async () => {
  const key = sha256("key");
  await store.putResult(key, { a: 1 });
  await writeFile(join(store.root, "steps", `${key.slice(7)}.json`), '{"a":');
  expect(await store.result(key)).toBeUndefined();
});

test("a collection removes nothing while it cannot read a root", async () => {
  const name = await commit("needed");
  await writeRoot(store, { project: "p", stack: "dev", name: "web", urn: "urn" }, [name]);
  await mkdir(join(store.root, "roots", "q"));
  await writeFile(join(store.root, "roots", "q", "torn.json"), "");
  const loose = await commit("loose");
  const later = Date.now() + 100 * dayMs;
  await expect(collectGarbage(store, keepNothing, later, signal)).rejects.toThrow("torn.json");
  expect(await store.has("file", loose.digest)).toBe(true);
});

test("committing what is there already keeps it from being collected for a while", async () => {
  const name = await commit("hello");
  const past = (Date.now() - dayMs) / 1000;
  await utimes(sealPath(store.root, name), past, past);
  await commit("hello");
  await collectGarbage(store, keepNothing, Date.now(), signal);
  expect(await store.has("file", name.digest)).toBe(true);
});

test("the store of a relative $BOOTWRIGHT_STORE has an absolute path, as containers need it", () => {
  expect(storeRoot({ BOOTWRIGHT_STORE: "cache/store" })).toBe(join(process.cwd(), "cache/store"));
});
