import { createHash } from "node:crypto";
import type { Ref } from "../plan/ref.ts";
import type { Context } from "../resource.ts";
import { sha256File } from "../store/verify.ts";
import { loadVhd, openVhd } from "../store/vhd-view.ts";
import type { RecordedArtefact } from "./record.ts";

/** Bytes that are read at once. */
const CHUNK = 4 << 20;

/** What a manifest says of an artefact; a disk and a VHD are read, as their identity is that of their plan. */
export async function recordArtefact(
  name: string,
  content: Ref,
  ctx: Context,
): Promise<RecordedArtefact> {
  const { kind, digest } = content;
  const sha256 = await sha256Of(content, ctx);
  return { name, kind, digest, ...(sha256 && { sha256 }) };
}

/** SHA-256 in hex of an artefact's bytes; undefined for what has none of its own: an ext4 is a plan. */
async function sha256Of(content: Ref, ctx: Context): Promise<string | undefined> {
  const { kind, digest } = content;
  if (kind === "file") return digest.slice("sha256:".length);
  if (kind !== "disk" && kind !== "vhd") return undefined;
  const path = await ctx.materialise(content);
  ctx.log.progress(`reading the ${kind} for its SHA-256`);
  return kind === "disk"
    ? (await sha256File(path, ctx.signal)).slice("sha256:".length)
    : vhdSha256(path, digest, ctx);
}

async function vhdSha256(path: string, digest: string, { store, signal }: Context) {
  const vhd = await loadVhd(path, digest);
  const source = await openVhd(vhd, store.path("disk", vhd.disk));
  const hash = createHash("sha256");
  const buffer = Buffer.allocUnsafe(CHUNK);
  try {
    for (let offset = 0; offset < source.sizeBytes; offset += CHUNK) {
      signal.throwIfAborted();
      hash.update(await source.read(offset, buffer));
    }
  } finally {
    await source.close();
  }
  return hash.digest("hex");
}
