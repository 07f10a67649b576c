import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { contextChanges, noteContext } from "../../../provider/image/context-changes.ts";
import { openStore } from "../../../provider/store/local-store.ts";

let folder = "";
let world: Parameters<typeof noteContext>[1];
const seen = (digit: string) =>
  ({
    source: { dockerfile: { context: "." } },
    observed: { context: `sha256:${digit.repeat(64)}` },
  }) as Parameters<typeof noteContext>[0];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "bootwright-context-"));
  const cwd = join(folder, "project");
  await mkdir(cwd);
  for (const file of ["Dockerfile", "same", "changed", "gone"])
    await writeFile(join(cwd, file), file);
  world = { store: await openStore(join(folder, "store")), cwd };
  await noteContext(seen("1"), world);
  await writeFile(join(cwd, "changed"), "otherwise");
  await writeFile(join(cwd, "new"), "new");
  await rm(join(cwd, "gone"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

test("the files that differ are named, and how", async () => {
  expect(await contextChanges(seen("1"), seen("2"), world)).toBe(
    "the context differs in changed, gone (gone), new (new)",
  );
});

test.each([
  ["the context is the same", "1", "1"],
  ["nobody has noted what was there", "3", "2"],
])("nothing is said where %s", async (_, before, now) => {
  expect(await contextChanges(seen(before), seen(now), world)).toBeUndefined();
});
