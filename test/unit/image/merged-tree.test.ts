import { createHash } from "node:crypto";
import { mkdir, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { LayersAhead, mergedTree, noteLayers } from "../../../provider/image/merged-tree.ts";
import { treeDigest } from "../../../provider/tree/digest.ts";
import { testContext } from "../../context.ts";
import { archive, header } from "../tree/tar-bytes.ts";

const plan = { scrub: [], sourceDateEpoch: 1_700_000_000 };

let ctx: Awaited<ReturnType<typeof testContext>>;

beforeEach(async () => {
  ctx = await testContext();
});

afterEach(() => ctx.dispose());

/** Puts a layer with empty files of these names into the store. */
async function layer(...names: string[]): Promise<{ digest: string }> {
  const tar = archive(...names.map((name) => header(name)));
  const digest = `sha256:${createHash("sha256").update(tar).digest("hex")}`;
  const path = ctx.store.path("layer", digest);
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, tar);
  return { digest };
}

async function ahead(): Promise<LayersAhead> {
  const layers = new LayersAhead();
  await layers.begin(plan, ctx);
  return layers;
}

async function digestOf(layers: { digest: string }[], begun?: LayersAhead): Promise<string> {
  const { tree, record } = await mergedTree(layers, plan, ctx, begun);
  return `${treeDigest(tree)} ${JSON.stringify([...record.layerOf])}`;
}

test("all layers but the last are merged ahead, and the tree is the one that they make without that", async () => {
  const [a, b, c, d] = [
    await layer("a"),
    await layer("a", "b"),
    await layer("c"),
    await layer("d"),
  ];
  const alone = await digestOf([a, b, d]);
  await digestOf([a, b, c]);
  await noteLayers([a, b, c], ctx);
  expect((await ahead()).take([a, b, d])?.digests).toEqual([a.digest, b.digest]);
  expect(await digestOf([a, b, d], await ahead())).toBe(alone);
});

test("what was merged ahead is left where an image begins with other layers, or has fewer", async () => {
  const [a, b, c] = [await layer("a"), await layer("b"), await layer("c")];
  await digestOf([a, b, c]);
  await noteLayers([a, b, c], ctx);
  for (const layers of [[b, a, c], [a, c], [a], []]) {
    expect((await ahead()).take(layers)).toBeUndefined();
    expect(await digestOf(layers, await ahead())).toBe(await digestOf(layers));
  }
});

test("a layer that was not read before is not read ahead, and what is merged ahead is taken once", async () => {
  const [a, b, c] = [await layer("a"), await layer("b"), await layer("c")];
  await noteLayers([a, b, c], ctx);
  expect((await ahead()).take([a, b, c])).toBeUndefined();
  await digestOf([a]);
  await noteLayers([a, b], ctx);
  const begun = await ahead();
  expect(begun.take([a, c])?.digests).toEqual([a.digest]);
  expect(begun.take([a, c])).toBeUndefined();
});

test("nothing more is merged ahead once that is to end", async () => {
  const [a, b, c] = [await layer("a"), await layer("b"), await layer("c")];
  await digestOf([a, b, c]);
  await noteLayers([a, b, c], ctx);
  const begun = new LayersAhead();
  begun.end();
  await begun.begin(plan, ctx);
  expect(begun.take([a, b, c])?.digests).toEqual([]);
});
