import { createHash } from "node:crypto";
import { open } from "node:fs/promises";
import { join } from "node:path";
import type { BlobClient } from "@azure/storage-blob";
import { execa } from "execa";
import { ConvertedImage } from "../../provider/flow/compose/converted-image.ts";
import { AzurePageBlob } from "../../provider/flow/publish/azure-page-blob.ts";
import { encodeRecipe, type Ref } from "../../provider/plan/ref.ts";
import type { Context } from "../../provider/resource.ts";
import { exportObject } from "../../provider/store/export.ts";
import { connectionString } from "./azurite.ts";

const MiB = 1024 * 1024;

/** A disk that is not a whole number of MiB, with data of its own here and there and nothing between. */
export async function commitVhd(
  ctx: Context,
  { version = 1, bytes = 64 * MiB + 4096 } = {},
): Promise<{ vhd: Ref; disk: Ref; dataBytes: number }> {
  const places = (
    [
      [0, 440],
      [MiB, 9 * MiB],
      [20 * MiB + 512, 70_000],
      [40 * MiB, 3 * MiB],
      [bytes - 4096, 4096],
    ] as const
  ).map(([at, length]): Place => [at, noise(`${version} ${at}`, length)]);
  // 1 + 144 + 2 + 48 + 1 chunks of 64 KiB (the last data ends the disk), and the footer.
  return { ...(await commitDisk(ctx, bytes, places)), dataBytes: 196 * 64 * 1024 + 512 };
}

/** Bytes, and where on the disk they are. */
export type Place = readonly [at: number, bytes: Buffer];

/** A disk that holds these bytes, later ones over earlier ones, and its VHD. */
export async function commitDisk(
  ctx: Context,
  bytes: number,
  places: readonly Place[],
): Promise<{ vhd: Ref; disk: Ref }> {
  const hash = createHash("sha256").update(`${bytes}`);
  for (const [at, content] of places) hash.update(`${at}`).update(content);
  const digest = `sha256:${hash.digest("hex")}`;
  const disk: Ref = { kind: "disk", digest, recipe: "" };
  await ctx.store.stage(async (folder) => {
    const file = `${folder}/disk.raw`;
    const handle = await open(file, "w");
    await handle.truncate(bytes);
    for (const [at, content] of places) await handle.write(content, 0, content.length, at);
    await handle.close();
    await ctx.store.commit({ kind: "disk", digest, file });
  });
  const plan = ConvertedImage.plan({ image: disk, format: "vhd" });
  const { ref } = await ConvertedImage.make!(plan, ctx);
  const recipe = encodeRecipe({ step: "ConvertedImage", version: 1, plan });
  return { vhd: { ...ref, recipe }, disk };
}

/** Reads a blob back whole and compares it with the exported VHD, byte by byte and by qemu-img. */
export async function expectSameBytes(
  ctx: Context,
  blob: BlobClient,
  { vhd, disk }: { vhd: Ref; disk: Ref },
): Promise<void> {
  const [was, is] = [join(ctx.cwd, "was.vhd"), join(ctx.cwd, "is.vhd")];
  await exportObject(ctx.store, vhd, was, { signal: ctx.signal, progress: () => {} });
  await blob.downloadToFile(is);
  await execa("cmp", [was, is]);
  const raw = ctx.store.path("disk", disk.digest);
  await execa("qemu-img", ["compare", "-f", "raw", "-F", "vpc", raw, is]);
}

/** Bytes that look random and are a function of their seed. */
export function noise(seed: string, length: number): Buffer {
  return createHash("shake256", { outputLength: length }).update(seed).digest();
}

/** A plan with a proof that fits, for a container that may not be there yet. */
export function planFor(
  port: number,
  { vhd, disk }: { vhd: Ref; disk: Ref },
  more: Record<string, unknown> = {},
) {
  return AzurePageBlob.plan(
    AzurePageBlob.inputs.parse({
      image: vhd,
      proof: { imageDigest: disk.digest, expectations: "login:" },
      connectionString: connectionString(port),
      container: "vhds",
      ...more,
    }),
  );
}

/** The three things that can be done to a page blob. */
export const remote = AzurePageBlob.remote!;

/** What `put` returned, with its schema checked. */
export async function put(
  plan: ReturnType<typeof planFor>,
  ctx: Context,
  previous?: Awaited<ReturnType<typeof remote.put>>,
) {
  return AzurePageBlob.outputs.parse(await remote.put(plan, ctx, previous));
}

/** The same context as another resource. */
export function as(ctx: Context, name: string): Context {
  const urn = `urn:pulumi:dev::project::bootwright:index:AzurePageBlob::${name}`;
  return { ...ctx, owner: { ...ctx.owner, urn, name } };
}
