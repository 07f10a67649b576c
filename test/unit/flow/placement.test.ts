import { chmod, copyFile, mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { Filesystem } from "../../../provider/flow/compose/filesystem.ts";
import { findResource, findStep } from "../../../provider/flow/index.ts";
import { checkInputs } from "../../../provider/lifecycle/check.ts";
import { put } from "../../../provider/lifecycle/operate.ts";
import type { Partition } from "../../../provider/plan/layout.ts";
import type { Ref } from "../../../provider/plan/ref.ts";
import { testContext } from "../../context.ts";

let ctx: Awaited<ReturnType<typeof testContext>>;
let partition: Partition;

beforeEach(async () => {
  ctx = await testContext({ find: findStep });
  await mkdir(join(ctx.cwd, "root"));
  await write("a", "one");
  const partitions = [{ name: "data", sizeMiB: 64 }];
  const { layout } = await make("PartitionLayout", { seed: "placement", partitions });
  partition = (layout as { partitions: [Partition] }).partitions[0];
});
afterEach(() => ctx.dispose());

const write = (name: string, text: string) => writeFile(join(ctx.cwd, "root", name), text);

async function make(name: string, given: Record<string, unknown>) {
  const resource = findResource(name)!;
  const { inputs, problems } = await checkInputs(resource, given, ctx);
  expect(problems).toEqual([]);
  return put(resource, inputs, ctx);
}

/** The filesystem of the folder as it is now. */
async function filesystem(more: object = {}) {
  const { ref: tree } = await make("Rootfs", { source: { directory: "root" } });
  const made = await make("Filesystem", { tree, partition, ...more });
  return { ext4: (made.ref as Ref).digest, placement: made.placement as Ref };
}

async function keep({ placement }: { placement: Ref }): Promise<{ path: string }> {
  const file = join(ctx.cwd, "placement.json");
  await copyFile(ctx.store.path("file", placement.digest), file);
  await chmod(file, 0o644);
  return { path: "placement.json" };
}

test("what is given back to the same tree changes no byte", async () => {
  const before = await filesystem();
  const again = await filesystem({ lastPlacement: await keep(before) });
  expect(again).toMatchObject({
    ext4: before.ext4,
    placement: { digest: before.placement.digest },
  });
});

test("it decides the bytes of a changed tree, and where its file lies does not", async () => {
  await write("b", "b".repeat(50_000));
  const lastPlacement = await keep(await filesystem());
  await write("a", "a".repeat(50_000));
  const [anew, kept] = [await filesystem(), await filesystem({ lastPlacement })];
  expect(kept.ext4).not.toBe(anew.ext4);
  await mkdir(join(ctx.cwd, "elsewhere"));
  await copyFile(join(ctx.cwd, "placement.json"), join(ctx.cwd, "elsewhere", "other"));
  expect(await filesystem({ lastPlacement: { path: "elsewhere/other" } })).toEqual({
    ext4: kept.ext4,
    placement: expect.objectContaining({ digest: kept.placement.digest }),
  });
});

test("without it a plan is what it was before there could be one", () => {
  const tree = { kind: "tree", digest: `sha256:${"a".repeat(64)}`, recipe: "" };
  const plan = Filesystem.plan(Filesystem.inputs.parse({ tree, partition }));
  expect(Object.keys(plan)).not.toContain("lastPlacement");
});

describe("is refused at check", () => {
  const bad: [string, string, object, string][] = [
    ["missing", "", { path: "none.json" }, 'lastPlacement.path: "none.json" does not exist'],
    [
      "no JSON",
      "places",
      { path: "bad.json" },
      "lastPlacement.path: It is not a placement: it is not JSON",
    ],
    [
      "another JSON",
      "{}",
      { path: "bad.json" },
      'lastPlacement.path: It is not a placement: it does not begin with {"placement":1',
    ],
    [
      "another file than the one that was meant",
      '{"placement":1,"names":[]}',
      { path: "bad.json", sha256: "0".repeat(64) },
      `lastPlacement.sha256: "bad.json" has …, not ${"0".repeat(64)}`,
    ],
  ];
  test.each(bad)("where it is %s", async (_, text, lastPlacement, reason) => {
    await writeFile(join(ctx.cwd, "bad.json"), text);
    const tree = { kind: "tree", digest: `sha256:${"a".repeat(64)}`, recipe: "" };
    const given = { tree, partition, lastPlacement };
    const { problems } = await checkInputs(findResource("Filesystem")!, given, ctx);
    const found = problems.map((problem) => `${problem.property}: ${problem.reason}`);
    expect(found.map((line) => line.replace(/has [0-9a-f]{64},/, "has …,"))).toEqual([reason]);
  });

  test("where the filesystem is a FAT", () => {
    const inputs = { type: "fat32", lastPlacement: { path: "placement.json" } } as const;
    expect(Filesystem.rules?.(inputs as never)).toContainEqual({
      property: "lastPlacement",
      reason: "is for ext4, and this is fat32",
    });
  });
});
