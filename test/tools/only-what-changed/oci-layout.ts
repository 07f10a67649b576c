import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { cp, link, mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { execa } from "execa";
import { dockerClient } from "../../../provider/host/docker.ts";

interface Descriptor {
  digest: string;
  size: number;
}

/** Builds a folder's Dockerfile into an OCI layout with uncompressed layers. */
export async function buildLayout(context: string, layout: string): Promise<void> {
  const output = `type=oci,tar=false,compression=uncompressed,force-compression=true,dest=${layout}`;
  await execa(dockerClient(), ["buildx", "build", "--output", output, context]);
}

/**
 * The same image with files added to one of its layers, as a builder would make it that put them there: the layers
 * above are the very same bytes. Files that the layer has under the same path are replaced.
 */
export async function withMiddleLayer(
  layout: string,
  changed: string,
  nth: number,
  files: Readonly<Record<string, Uint8Array>>,
): Promise<void> {
  await mkdir(join(changed, "blobs/sha256"), { recursive: true });
  const blob = (digest: string) => `blobs/sha256/${digest.slice("sha256:".length)}`;
  const json = async (folder: string, digest: string) =>
    JSON.parse(await readFile(join(folder, blob(digest)), "utf8"));
  const put = async (value: unknown): Promise<Descriptor> => {
    const text = JSON.stringify(value);
    const digest = `sha256:${createHash("sha256").update(text).digest("hex")}`;
    await writeFile(join(changed, blob(digest)), text);
    return { digest, size: Buffer.byteLength(text) };
  };
  const index = JSON.parse(await readFile(join(layout, "index.json"), "utf8"));
  let { digest } = index.manifests[0] as Descriptor;
  let manifest = await json(layout, digest);
  // With attestations an index stands between.
  if (manifest.manifests) {
    digest = manifest.manifests[0].digest;
    manifest = await json(layout, digest);
  }
  const config = await json(layout, manifest.config.digest);
  const layers = manifest.layers as Descriptor[];
  for (const [i, layer] of layers.entries())
    if (i !== nth) await link(join(layout, blob(layer.digest)), join(changed, blob(layer.digest)));
  const added = await appended(join(layout, blob(layers[nth]!.digest)), changed, files);
  layers[nth] = { ...layers[nth], ...added };
  config.rootfs.diff_ids[nth] = added.digest;
  manifest.config = { ...manifest.config, ...(await put(config)) };
  const entry = { mediaType: manifest.mediaType, ...(await put(manifest)) };
  await writeFile(
    join(changed, "index.json"),
    JSON.stringify({ schemaVersion: 2, manifests: [entry] }),
  );
  await cp(join(layout, "oci-layout"), join(changed, "oci-layout"));
}

/** A copy of a layer with files at its end, which is where they count. */
async function appended(
  layer: string,
  changed: string,
  files: Readonly<Record<string, Uint8Array>>,
): Promise<Descriptor> {
  const copy = join(changed, "layer");
  const root = join(changed, "root");
  await cp(layer, copy);
  for (const [path, bytes] of Object.entries(files)) {
    await mkdir(dirname(join(root, path)), { recursive: true });
    await writeFile(join(root, path), bytes);
  }
  const owner = ["--owner=0", "--group=0", "--mode=0644", "--mtime=@1700000000"];
  await execa("tar", ["-C", root, ...owner, "-rf", copy, ...Object.keys(files)]);
  await rm(root, { recursive: true });
  const hash = createHash("sha256");
  let size = 0;
  for await (const chunk of createReadStream(copy, { highWaterMark: 2 ** 22 })) {
    hash.update(chunk as Buffer);
    size += (chunk as Buffer).length;
  }
  const digest = `sha256:${hash.digest("hex")}`;
  await rename(copy, join(changed, "blobs/sha256", digest.slice("sha256:".length)));
  return { digest, size };
}
