import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import proto from "@pulumi/pulumi/proto/provider_pb.js";
import structProto from "google-protobuf/google/protobuf/struct_pb.js";
import { afterAll, beforeAll, expect, test } from "vitest";
import { invoke } from "../../../provider/faces/plugin-function.ts";
import { asSecret } from "../../../provider/lifecycle/wire.ts";
import { openStore } from "../../../provider/store/local-store.ts";
import { objectPath } from "../../../provider/store/paths.ts";
import { saveTree } from "../../../provider/tree/object.ts";
import type { Entry } from "../../../provider/tree/types.ts";

const digest = `sha256:${"a".repeat(64)}`;
const ref = (kind: string) => ({ kind, digest, recipe: "" });
const before = { ...process.env };
let folder = "";

const entry = (path: string, type: Entry["type"], more: Partial<Entry> = {}): Entry => ({
  ...{ kind: "entry", path, type, mode: 0o644, uid: 0, gid: 0, mtime: 0, mtimeNs: 0, size: 0 },
  ...more,
});

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "bootwright-functions-"));
  Object.assign(process.env, { BOOTWRIGHT_STORE: folder, BOOTWRIGHT_RUNNER: "host" });
  const store = await openStore(folder);
  const items = [
    entry("", "directory", { mode: 0o755 }),
    entry("etc", "directory", { mode: 0o755 }),
    entry("etc/passwd", "file", { size: 5, uid: 7 }),
    entry("etc/alias", "symlink", { target: "passwd", mode: 0o777 }),
    entry("srv", "directory", { mode: 0o4755 }),
  ];
  const file = join(folder, "tree");
  await saveTree({ items, sources: [] }, file);
  await store.commit({ kind: "tree", digest, file, needs: [] });
});
afterAll(async () => {
  Object.assign(process.env, before);
  await rm(folder, { recursive: true, force: true });
});

async function ask(name: string, args: Record<string, unknown>) {
  const request = new proto.InvokeRequest().setTok(`bootwright:index:${name}`);
  const response = await invoke(request.setArgs(structProto.Struct.fromJavaScript(args as never)));
  const failures = response.getFailuresList();
  return failures.length > 0
    ? failures.map((f) => `${f.getProperty()}: ${f.getReason()}`)
    : (response.getReturn()?.toJavaScript() as Record<string, unknown>);
}

test.each(["disk", "file"] as const)("a %s has a path in the store", async (kind) => {
  const path = objectPath(folder, { kind, digest });
  expect(await ask("pathInStore", { ref: ref(kind) })).toEqual({ path });
});

test("what is no file of its own has none", async () => {
  expect(await ask("pathInStore", { ref: ref("vhd") })).toEqual({ path: "" });
});

test("a folder of a tree is listed, sorted, without what lies deeper", async () => {
  const answer = (await ask("listTree", { tree: ref("tree") })) as { entries: { path: string }[] };
  expect(answer.entries.map(({ path }) => path)).toEqual(["/etc", "/srv"]);
  expect(answer.entries[1]).toMatchObject({ type: "directory", mode: "4755" });
});

test("and all below it, with owner, size and target", async () => {
  const given = { tree: ref("tree"), folder: "/etc/", recursive: true };
  const { entries } = (await ask("listTree", given)) as { entries: unknown[] };
  expect(entries).toMatchObject([
    { path: "/etc/alias", type: "symlink", target: "passwd" },
    { path: "/etc/passwd", mode: "0644", uid: 7, gid: 0, size: 5, target: "" },
  ]);
});

test("an answer about a secret is one", async () => {
  expect(await ask("pathInStore", { ref: asSecret(ref("vhd")) })).toEqual({ path: asSecret("") });
});

test.each([
  ["listTree", { tree: ref("disk") }, "tree.kind: is disk, not tree"],
  ["listTree", { tree: ref("tree"), folder: "etc" }, "folder: must be an absolute path"],
  ["listTree", { tree: ref("tree"), folder: "/etc/passwd" }, 'folder: "/etc/passwd" is no folder'],
  ["pathInStore", {}, "ref: is required (object)"],
])("%s says what is wrong with what it is given", async (name, given, message) => {
  expect(await ask(name, given)).toEqual([expect.stringContaining(message)]);
});

test("a function that is not there is refused by its name", async () => {
  await expect(ask("noSuch", {})).rejects.toThrow("no function bootwright:index:noSuch");
});
