import { chmod, mkdtemp, readdir, readFile, rm, stat, utimes, writeFile } from "node:fs/promises";
import { homedir, tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { sha256 } from "../../../provider/plan/canonical.ts";
import { collectGarbage } from "../../../provider/store/gc.ts";
import { openStore } from "../../../provider/store/local-store.ts";
import { storeRoot } from "../../../provider/store/paths.ts";
import { removeRoot, writeRoot } from "../../../provider/store/roots.ts";
import type { Store } from "../../../provider/store/store.ts";

let folder: string;
let store: Store;
const owner = {
  project: "p",
  stack: "dev",
  name: "web",
  urn: "urn:pulumi:dev::p::t:index:Disk::web",
};
const signal = new AbortController().signal;
const dayMs = 86_400_000;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "bootwright-test-"));
  store = await openStore(join(folder, "store"));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

async function put(
  kind: "file" | "layer",
  text: string,
  needs: { kind: "file"; digest: string }[] = [],
) {
  const digest = sha256(text);
  await store.stage(async (stage) => {
    const file = join(stage, "object");
    await writeFile(file, text);
    await store.commit({ kind, digest, file, needs });
  });
  return { kind, digest };
}

test.each([
  [{ BOOTWRIGHT_STORE: "/s", XDG_CACHE_HOME: "/c" }, "/s"],
  [{ XDG_CACHE_HOME: "/c" }, "/c/bootwright"],
  [{ XDG_CACHE_HOME: "" }, join(homedir(), ".cache/bootwright")],
  [{ XDG_CACHE_HOME: "relative" }, join(homedir(), ".cache/bootwright")],
])("the store of %j is %s", (env, root) => {
  expect(storeRoot(env)).toBe(root);
});

test("what is committed is there, read-only, under its digest", async () => {
  const { digest } = await put("file", "hello");
  expect(await store.has("file", digest)).toBe(true);
  expect(await readFile(store.path("file", digest), "utf8")).toBe("hello");
  expect((await stat(store.path("file", digest))).mode & 0o777).toBe(0o444);
});

test("an object that was changed behind the store's back is damaged, and committing it again heals it", async () => {
  const name = await put("file", "hello");
  const path = store.path("file", name.digest);
  await chmod(path, 0o644);
  await writeFile(path, "hellO");
  expect(await store.condition(name)).toBe("damaged");
  expect(await store.has("file", name.digest)).toBe(false);
  await put("file", "hello");
  expect(await store.condition(name)).toBe("there");
  expect(await readFile(path, "utf8")).toBe("hello");
});

test("a stage is gone after its work, also when that fails", async () => {
  await expect(store.stage(async () => Promise.reject(new Error("no")))).rejects.toThrow("no");
  await store.stage(async (stage) => writeFile(join(stage, "x"), ""));
  expect(await readdir(join(store.root, "stages"))).toEqual([]);
});

test("a digest that is no digest never becomes a path", () => {
  expect(() => store.path("file", "sha256:../../etc/passwd")).toThrow("is not a sha256 digest");
});

test("two holders of one lock never work at the same time", async () => {
  let inside = 0;
  let most = 0;
  const work = () =>
    store.lock("key", signal, async () => {
      most = Math.max(most, ++inside);
      await new Promise((resolve) => setImmediate(resolve));
      inside--;
    });
  await Promise.all([work(), work(), work()]);
  expect(most).toBe(1);
});

test("waiting for a lock ends with the reason for which the operation is stopped", async () => {
  const controller = new AbortController();
  await store.lock("key", signal, async () => {
    const waiting = store.lock("key", controller.signal, async () => "never");
    setTimeout(() => controller.abort(new Error("stopped after 5 s")), 20);
    await expect(waiting).rejects.toThrow("stopped after 5 s");
  });
});

test("results are remembered by key", async () => {
  const key = sha256("key");
  expect(await store.result(key)).toBeUndefined();
  await store.putResult(key, { a: 1 });
  expect(await store.result(key)).toEqual({ a: 1 });
});

test("a collection keeps what a root needs, directly or through another object", async () => {
  const layer = await put("file", "layer");
  const tree = await put("file", "tree", [{ kind: "file", digest: layer.digest }]);
  const loose = await put("file", "loose");
  await writeRoot(store, owner, [tree]);
  const later = Date.now() + 100 * dayMs;
  expect((await collectGarbage(store, { days: 30, maxSizeGiB: 100 }, later)).removed).toBe(1);
  expect(await store.has("file", layer.digest)).toBe(true);
  expect(await store.has("file", loose.digest)).toBe(false);
  await removeRoot(store, owner);
  expect((await collectGarbage(store, { days: 30, maxSizeGiB: 100 }, later)).removed).toBe(2);
});

test("above its size cap a collection drops what was unused longest, but nothing of the last hour", async () => {
  const old = await put("file", "old");
  const fresh = await put("file", "fresh");
  const past = (Date.now() - 2 * 3_600_000) / 1000;
  const seal = join(store.root, "seals", "file", `${old.digest.slice(7)}.json`);
  await utimes(seal, past, past);
  await collectGarbage(store, { days: 30, maxSizeGiB: 0 }, Date.now());
  expect(await store.has("file", old.digest)).toBe(false);
  expect(await store.has("file", fresh.digest)).toBe(true);
});

test("what an object cannot be read without is in use as long as the object is", async () => {
  const layer = await put("file", "layer");
  const tree = await put("file", "tree", [{ kind: "file", digest: layer.digest }]);
  const seal = join(store.root, "seals", "file", `${layer.digest.slice(7)}.json`);
  await utimes(seal, 0, 0);
  await store.touch(tree);
  expect(Date.now() - (await stat(seal)).mtimeMs).toBeLessThan(dayMs);
});

test("processes that commit the same at the same moment record the same of it", async () => {
  const { digest } = await put("file", "hello");
  const record = (root: string) =>
    readFile(join(root, "seals", "file", `${digest.slice(7)}.json`), "utf8");
  const first = await record(store.root);
  store = await openStore(join(folder, "other"));
  await put("file", "hello");
  expect(await record(store.root)).toBe(first);
});

test("names of projects and stacks cannot leave the folder of roots", async () => {
  const root = { ...owner, project: "../..", stack: "a/b", name: "..%2f" };
  await writeRoot(store, root, []);
  expect(await readdir(join(store.root, "roots"))).toHaveLength(1);
  await removeRoot(store, root);
});
