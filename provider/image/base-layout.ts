import { mkdir, rename, stat, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { canonicalJson, sha256 } from "../plan/canonical.ts";
import type { Store } from "../store/store.ts";
import type { Ingested } from "../tree/ingest/types.ts";

const mediaTypes = {
  manifest: "application/vnd.oci.image.manifest.v1+json",
  config: "application/vnd.oci.image.config.v1+json",
  layer: "application/vnd.oci.image.layer.v1.tar",
};

/**
 * Describes layers of the store as an image that a builder can start from, and returns it as a build context. Its configuration is
 * empty: neither the environment nor the user of the image they came from has a say in what is built on them.
 */
export async function baseContext(layers: Ingested["layers"], store: Store): Promise<string> {
  const described = layers.map(async ({ digest }) => {
    const { size } = await stat(store.path("layer", digest));
    return { mediaType: mediaTypes.layer, digest, size };
  });
  const rootfs = { type: "layers", diff_ids: layers.map(({ digest }) => digest) };
  const config = await putBlob({ architecture: "amd64", os: "linux", config: {}, rootfs }, store);
  const manifest = await putBlob(
    {
      schemaVersion: 2,
      mediaType: mediaTypes.manifest,
      config: { mediaType: mediaTypes.config, ...config },
      layers: await Promise.all(described),
    },
    store,
  );
  return `oci-layout://${join(store.root, "oci")}@${manifest.digest}`;
}

/** Puts a description where the layers lie. It is not recorded: like what the builder leaves there, it goes when nobody needs it. */
async function putBlob(json: unknown, store: Store): Promise<{ digest: string; size: number }> {
  const bytes = Buffer.from(canonicalJson(json));
  const digest = sha256(bytes);
  const place = store.path("layer", digest);
  await store.stage(async (folder) => {
    await mkdir(dirname(place), { recursive: true });
    await writeFile(join(folder, "blob"), bytes);
    await rename(join(folder, "blob"), place);
  });
  return { digest, size: bytes.length };
}
