import { createHash } from "node:crypto";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { Rootfs } from "../../../provider/flow/collect/rootfs.ts";
import { checkInputs } from "../../../provider/lifecycle/check.ts";
import { put } from "../../../provider/lifecycle/operate.ts";
import type { Resource } from "../../../provider/resource.ts";
import { testContext } from "../../context.ts";
import { archive, file } from "../tree/tar-bytes.ts";

let ctx: Awaited<ReturnType<typeof testContext>>;
beforeEach(async () => {
  ctx = await testContext();
});
afterEach(() => ctx.dispose());

/** Makes the tree of a saved image that says for which processor it is. */
async function treeFor(architecture: string | undefined) {
  const json = (value: unknown) => Buffer.from(JSON.stringify(value));
  const layer = archive(file("greeting", Buffer.from("hello")));
  const diffId = `sha256:${createHash("sha256").update(layer).digest("hex")}`;
  const image = archive(
    file("layer.tar", layer),
    file("c.json", json({ architecture, rootfs: { diff_ids: [diffId] } })),
    file("manifest.json", json([{ Config: "c.json", RepoTags: [], Layers: ["layer.tar"] }])),
  );
  await writeFile(join(ctx.cwd, "image.tar"), image);
  const rootfs = Rootfs as unknown as Resource;
  const given = { source: { dockerArchive: "image.tar" } };
  const { inputs, problems } = await checkInputs(rootfs, given, ctx);
  expect(problems).toEqual([]);
  return put(rootfs, inputs, ctx);
}

test("an image for another processor is refused, naming both", async () => {
  await expect(treeFor("arm64")).rejects.toMatchObject({
    name: "InputError",
    message:
      "source: the image is for linux/arm64, the machine for linux/amd64\n(take the image's variant for linux/amd64)",
  });
});

test.each(["amd64", undefined])("an image for %s is taken", async (architecture) => {
  expect(await treeFor(architecture)).toMatchObject({ entries: expect.any(Number) });
});
