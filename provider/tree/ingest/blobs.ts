import { createReadStream } from "node:fs";
import { readFile, rm, stat } from "node:fs/promises";
import { join, posix } from "node:path";
import { ContentError } from "../../errors.ts";
import { sha256 } from "../../plan/canonical.ts";
import { shownText } from "../shown-name.ts";
import { readTar } from "../tar-reader.ts";
import { decompressed } from "./decompress.ts";
import type { LayerWriter } from "./layer-writer.ts";

/** Most bytes of a manifest or configuration. */
const MAX_JSON = 8 << 20;
/** Most files of an image archive; a root filesystem given by mistake has more. */
const MAX_FILES = 10_000;

/** A file of an image archive or layout; `digest` when its bytes were hashed, `inPlace` when it is not ours. */
export interface Blob {
  readonly file: string;
  readonly digest: string | undefined;
  readonly inPlace: boolean;
}

/** The files of an archive or layout by the names that it gives them. */
export interface Blobs {
  get(name: string): Promise<Blob | undefined>;
  /** Removes what was written for them. */
  clear(): Promise<void>;
}

/** Unpacks an image archive: each file goes to one with a number, whatever its name. */
export async function unpackBlobs(
  archive: AsyncIterable<Buffer>,
  writer: LayerWriter,
): Promise<Blobs> {
  const blobs = new Map<string, Blob>();
  const links = new Map<string, string>();
  for await (const member of readTar(decompressed(archive))) {
    const { path, type, target = "" } = member;
    if (blobs.size + links.size > MAX_FILES) {
      throw new ContentError(`it has more than ${MAX_FILES} files`, {
        hint: 'is it a tar of a root filesystem? Then name it as "tar"',
      });
    }
    if (type === "link") links.set(path, target);
    // Older engines link a layer that two images share.
    else if (type === "symlink") links.set(path, posix.join(posix.dirname(path), target));
    else if (type === "file")
      blobs.set(path, { ...(await writer.write(member.body())), inPlace: false });
  }
  return {
    get: async (name) => blobs.get(name) ?? blobs.get(links.get(name) ?? ""),
    clear: async () => {
      for (const { file } of blobs.values()) await rm(file, { force: true });
    },
  };
}

/** The files of an OCI layout folder, where they are. */
export function folderBlobs(folder: string): Blobs {
  return {
    get: async (name) => {
      const file = join(folder, name);
      const there = await stat(file).catch(() => undefined);
      return there?.isFile() ? { file, digest: undefined, inPlace: true } : undefined;
    },
    clear: async () => {},
  };
}

/** The bytes of a blob in order. */
export function blobChunks({ file }: Blob): AsyncIterable<Buffer> {
  return createReadStream(file, { highWaterMark: 1 << 20 });
}

/** Reads a JSON file of an image; with a digest, its bytes must have it. */
export async function blobJson(blobs: Blobs, name: string, digest?: string): Promise<unknown> {
  const blob = await blobs.get(name);
  if (blob === undefined) throw new ContentError(`${shownText(name)} is missing`);
  const { size } = await stat(blob.file);
  if (size > MAX_JSON)
    throw new ContentError(`${shownText(name)} has ${size} bytes, more than ${MAX_JSON}`);
  const bytes = await readFile(blob.file);
  const found = sha256(bytes);
  if (digest !== undefined && digest !== found) {
    throw new ContentError(`${shownText(name)} has the digest ${found}, not ${digest}`);
  }
  try {
    return JSON.parse(bytes.toString());
  } catch (cause) {
    throw new ContentError(`${shownText(name)} is not JSON`, { cause });
  }
}
