import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { findResource, findStep } from "../../../provider/flow/index.ts";
import { checkInputs } from "../../../provider/lifecycle/check.ts";
import { put } from "../../../provider/lifecycle/operate.ts";
import type { Ref } from "../../../provider/plan/ref.ts";
import type { Resource } from "../../../provider/resource.ts";
import { testContext } from "../../context.ts";

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
