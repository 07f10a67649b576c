import { createHash } from "node:crypto";
import { readFile, rename, writeFile } from "node:fs/promises";
import { sha256 } from "../plan/canonical.ts";
import { PackedIndex } from "./index-rows.ts";
import { type IndexOptions, indexLayer } from "./layer-index.ts";

/** Goes up whenever {@link indexLayer} would find something else in the same tar, or the form of the file changes. */
const VERSION = 2;
const head = Buffer.from(`bootwright layer index ${VERSION}\n`);
const digestBytes = "sha256:".length + 64;

/** A layer index as a file, in pieces: a line with its version, the rows, and the digest of all that. */
export function* encodeIndex({ pieces }: PackedIndex): Generator<Buffer> {
  const hash = createHash("sha256");
  for (const piece of [head, ...pieces]) {
    hash.update(piece);
    yield piece;
  }
  yield Buffer.from(`sha256:${hash.digest("hex")}`);
}

/** The inverse of {@link encodeIndex}; undefined for an index that another version wrote, or that is not whole. */
export function decodeIndex(bytes: Buffer): PackedIndex | undefined {
  const end = bytes.length - digestBytes;
  if (end < head.length || !bytes.subarray(0, head.length).equals(head)) return undefined;
  if (bytes.toString("latin1", end) !== sha256(bytes.subarray(0, end))) return undefined;
  return new PackedIndex([bytes.subarray(head.length, end)]);
}

/** The index of a layer as kept in `indexFile`; made and kept there when it is missing or unreadable. */
export async function cachedIndex(
  file: string,
  indexFile: string,
  options: IndexOptions = {},
): Promise<PackedIndex> {
  const kept = decodeIndex(await readFile(indexFile).catch(() => Buffer.alloc(0)));
  if (kept) return kept;
  const index = await indexLayer(file, options);
  const unfinished = `${indexFile}.${process.pid}.${Math.random().toString(36).slice(2)}`;
  await writeFile(unfinished, encodeIndex(index));
  await rename(unfinished, indexFile);
  return index;
}
