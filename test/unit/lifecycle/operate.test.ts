import { chmod, mkdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { findResource, findStep } from "../../../provider/flow/index.ts";
import { checkInputs } from "../../../provider/lifecycle/check.ts";
import { put } from "../../../provider/lifecycle/operate.ts";
import type { Ref } from "../../../provider/plan/ref.ts";
import type { Resource } from "../../../provider/resource.ts";
import { objectPath } from "../../../provider/store/paths.ts";
import { treeDigest } from "../../../provider/tree/digest.ts";
import { loadTree, saveTree } from "../../../provider/tree/object.ts";
import type { Entry, Tree } from "../../../provider/tree/types.ts";
import { testContext } from "../../context.ts";
import { inClear } from "../../recipes.ts";

const rootfs = findResource("Rootfs") as Resource;
let ctx: Awaited<ReturnType<typeof testContext>>;

beforeEach(async () => {
  ctx = await testContext({ find: findStep });
  await mkdir(join(ctx.cwd, "root", "etc"), { recursive: true });
  await write("one");
});
afterEach(() => ctx.dispose());

const write = (text: string) => writeFile(join(ctx.cwd, "root", "etc", "motd"), text);

async function inputs(more: object = {}): Promise<Record<string, unknown>> {
  const given = { source: { directory: "root" }, ...more };
  const checked = await checkInputs(rootfs, given, ctx);
  expect(checked.problems).toEqual([]);
  return checked.inputs;
}

async function treeOf(given: Record<string, unknown>): Promise<string> {
  return ((await put(rootfs, given, ctx)).ref as Ref).digest;
}

test("what ignoreChanges hides is built as it is, and never taken for what it was", async () => {
  const first = await inputs();
  const one = await treeOf(first);
  await write("two");
  const ignored = await inputs({ observed: first.observed });
  expect(ignored.observed).toEqual(first.observed);
  const two = await treeOf({ ...ignored, hostname: "web" });
  expect(two).not.toBe(one);
  expect(await treeOf({ ...(await inputs()), hostname: "web" })).toBe(two);
  await write("one");
  expect(await treeOf(await inputs())).toBe(one);
});

test("a collection that fails is a warning: what was made is not lost", async () => {
  await mkdir(join(ctx.store.root, "roots", "p"), { recursive: true });
  await writeFile(join(ctx.store.root, "roots", "p", "torn.json"), "");
  expect(await treeOf(await inputs())).toMatch(/^sha256:/);
  expect(ctx.lines.join("\n")).toContain("torn.json");
});

test("a secret input is in no recipe, and a step that needs it again says so", async () => {
  const files = [{ path: "/etc/key", content: "hunter2" }];
  const given = { ...(await inputs({ files })), __secret: true };
  const outputs = await put(rootfs, given, ctx);
  expect(inClear(outputs)).not.toContain("hunter2");
  const elsewhere = await testContext({ find: findStep });
  await expect(elsewhere.materialise(outputs.ref as Ref)).rejects.toThrow("it holds secrets");
  await elsewhere.dispose();
  expect(inClear(await put(rootfs, await inputs({ files }), ctx))).toContain("hunter2");
});

test("a cache that cannot be written to is a warning, and gets what it lacks later", async () => {
  const cache = join(ctx.cwd, "cache");
  await writeFile(cache, "no folder");
  process.env.BOOTWRIGHT_CACHE = cache;
  try {
    const given = await inputs();
    await put(rootfs, given, ctx);
    expect(ctx.lines.join("\n")).toContain("The cache was not filled");
    await rm(cache);
    const { ref } = await put(rootfs, given, ctx);
    const elsewhere = await testContext();
    await elsewhere.materialise({ ...(ref as Ref), recipe: "" });
    await elsewhere.dispose();
  } finally {
    delete process.env.BOOTWRIGHT_CACHE;
  }
});

test("a tree from a cache that says that contents lie elsewhere is refused", async () => {
  const cache = join(ctx.cwd, "cache");
  process.env.BOOTWRIGHT_CACHE = cache;
  try {
    await writeFile(join(ctx.cwd, "root", "etc", "issue"), "uno");
    const { ref } = await put(rootfs, await inputs(), ctx);
    const { digest } = ref as Ref;
    const file = objectPath(cache, { kind: "tree", digest });
    const tree = await loadTree(file);
    const [first, second] = tree.items.filter((item) => "segments" in item) as Entry[];
    const swapped = tree.items.map((item) =>
      item === first ? { ...item, segments: second?.segments } : item,
    ) as Tree["items"];
    await chmod(file, 0o644);
    await saveTree({ ...tree, items: swapped }, file);
    expect(treeDigest(await loadTree(file))).toBe(digest);
    const elsewhere = await testContext();
    await expect(elsewhere.materialise({ ...(ref as Ref), recipe: "" })).rejects.toThrow(
      "has other bytes in its layer than the tree says",
    );
    expect(await elsewhere.store.has("tree", digest)).toBe(false);
    await saveTree(tree, file);
    await elsewhere.materialise({ ...(ref as Ref), recipe: "" });
    await elsewhere.dispose();
  } finally {
    delete process.env.BOOTWRIGHT_CACHE;
  }
});
