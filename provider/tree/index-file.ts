import { createHash } from "node:crypto";
import { open, rename, rm, writeFile } from "node:fs/promises";
import { StoreError } from "../errors.ts";
import { PackedIndex, rowsIn, rowsOfFile } from "./index-rows.ts";
import { type IndexOptions, indexPieces } from "./layer-index.ts";
import { readFully } from "./read-fully.ts";

/** Goes up whenever {@link indexLayer} would find something else in the same tar, or the form of the file changes. */
const VERSION = 2;
const head = Buffer.from(`bootwright layer index ${VERSION}\n`);
const digestBytes = "sha256:".length + 64;

/** A layer index as a file, in pieces: a line with its version, the rows, and the digest of all that. */
export async function* encodeIndex(
  pieces: AsyncIterable<Buffer> | Iterable<Buffer>,
): AsyncGenerator<Buffer> {
  const hash = createHash("sha256").update(head);
  yield head;
  for await (const piece of pieces) {
    hash.update(piece);
    yield piece;
  }
  yield Buffer.from(`sha256:${hash.digest("hex")}`);
}

/** The index in a file, read there whenever it is asked for; undefined for one that another version wrote, or that is not whole. */
export async function openIndex(path: string): Promise<FileIndex | undefined> {
  const file = await open(path);
  try {
    const end = (await file.stat()).size - digestBytes;
    const first = Buffer.alloc(head.length);
    if (end < head.length || !(await readFully(file, first, 0)) || !first.equals(head))
      return undefined;
    const hash = createHash("sha256").update(head);
    let count = 0;
    for (const piece of rowsOfFile(path, head.length, end)) {
      hash.update(piece);
      count += rowsIn(piece);
    }
    const digest = Buffer.alloc(digestBytes);
    await readFully(file, digest, end);
    if (digest.toString("latin1") !== `sha256:${hash.digest("hex")}`) return undefined;
    const pieces = { [Symbol.iterator]: () => rowsOfFile(path, head.length, end) };
    return { index: new PackedIndex(pieces), count };
  } finally {
    await file.close();
  }
}

/** An index and how many members it has. */
export interface FileIndex {
  readonly index: PackedIndex;
  readonly count: number;
}

/** The index of a layer as kept in `indexFile`; made and kept there when it is missing or unreadable. */
export async function cachedIndex(
  file: string,
  indexFile: string,
  options: IndexOptions = {},
): Promise<FileIndex> {
  const kept = await openIndex(indexFile).catch(() => undefined);
  if (kept) return kept;
  const unfinished = `${indexFile}.${process.pid}.${Math.random().toString(36).slice(2)}`;
  try {
    await writeFile(unfinished, encodeIndex(indexPieces(file, options)));
    await rename(unfinished, indexFile);
  } finally {
    await rm(unfinished, { force: true });
  }
  const made = await openIndex(indexFile);
  if (!made) throw new StoreError(`The index ${indexFile} is not what was written`);
  return made;
}
