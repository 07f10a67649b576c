import { createHash } from "node:crypto";
import { type FileHandle, open } from "node:fs/promises";
import { ContentError } from "../errors.ts";
import { readFully } from "./read-fully.ts";
import { joinPath, MAX_LINKS, parentOf } from "./tree-path.ts";
import type { Entry, SourcePath, Tree } from "./types.ts";
import { writeFully } from "./write-fully.ts";

/** Bytes copied at once. */
const CHUNK = 4 << 20;

const indexes = new WeakMap<Tree, Map<string, Entry>>();

/** The entries of a tree by path; made once for each tree. */
export function entriesByPath(tree: Tree): ReadonlyMap<string, Entry> {
  let index = indexes.get(tree);
  if (!index) {
    index = new Map();
    for (const item of tree.items) if (item.kind === "entry") index.set(item.path, item);
    indexes.set(tree, index);
  }
  return index;
}

/** Lets go of what {@link entriesByPath} made of a tree, before work that takes memory itself. */
export function forgetPaths(tree: Tree): void {
  indexes.delete(tree);
}

/**
 * The entry that a path leads to, symlinks followed inside the tree (an absolute one starts at its root, ".." ends
 * there); of a hard link the file. Undefined when there is none.
 */
export function findEntry(tree: Tree, path: string): Entry | undefined {
  const entries = entriesByPath(tree);
  let at = "";
  let followed = 0;
  for (let parts = path.split("/"); parts.length > 0; ) {
    const part = parts.shift()!;
    if (part === "" || part === ".") continue;
    if (part === "..") {
      at = parentOf(at);
      continue;
    }
    const next = joinPath(at, part);
    const entry = entries.get(next);
    if (entry === undefined) return undefined;
    if (entry.type === "symlink") {
      if (++followed > MAX_LINKS) return undefined;
      parts = [...entry.target!.split("/"), ...parts];
      if (entry.target!.startsWith("/")) at = "";
    } else at = entry.type === "link" ? entry.target! : next;
  }
  return entries.get(at);
}

/** The bytes of a file of the tree; undefined when no file is at the path, an error when it is above `maxBytes` (1 MiB). */
export async function readTreeFile(
  tree: Tree,
  path: string,
  sourcePath: SourcePath,
  maxBytes: number = 1 << 20,
): Promise<Buffer | undefined> {
  const entry = findEntry(tree, path);
  if (entry?.type !== "file") return undefined;
  if (entry.size > maxBytes) {
    throw new ContentError(
      `"/${path}" has ${entry.size} bytes, more than the ${maxBytes} expected`,
    );
  }
  const bytes = Buffer.alloc(entry.size);
  await eachSegment(tree, entry, sourcePath, async (source, [at, offset, length]) => {
    await readSegment(source, bytes.subarray(at, at + length), offset, path);
  });
  return bytes;
}

/** Writes a file of the tree to `destination`, its holes as holes, and returns its digest, which is verified. */
export async function extractFile(
  tree: Tree,
  path: string,
  destination: string,
  sourcePath: SourcePath,
  signal?: AbortSignal,
): Promise<string> {
  const entry = findEntry(tree, path);
  if (entry?.type !== "file") {
    throw new ContentError(
      `"/${path}" is ${entry ? `a ${entry.type}, no file` : "not in the tree"}`,
    );
  }
  const hash = createHash("sha256");
  const zeros = Buffer.alloc(64 << 10);
  const buffer = Buffer.allocUnsafe(CHUNK);
  const out = await open(destination, "wx");
  let end = 0;
  const hole = (until: number) => {
    for (; end < until; end += Math.min(zeros.length, until - end)) {
      hash.update(zeros.subarray(0, Math.min(zeros.length, until - end)));
    }
  };
  try {
    await eachSegment(tree, entry, sourcePath, async (source, [at, offset, length]) => {
      hole(at);
      for (let done = 0; done < length; ) {
        signal?.throwIfAborted();
        const piece = buffer.subarray(0, Math.min(CHUNK, length - done));
        await readSegment(source, piece, offset + done, path);
        hash.update(piece);
        await writeFully(out, piece, at + done);
        done += piece.length;
      }
      end = at + length;
    });
    hole(entry.size);
    await out.truncate(entry.size);
  } finally {
    await out.close();
  }
  const digest = `sha256:${hash.digest("hex")}`;
  if (entry.digest !== undefined && entry.digest !== digest) {
    throw new ContentError(`"/${path}" has the digest ${digest} in its layer, not ${entry.digest}`);
  }
  return digest;
}

type Segment = NonNullable<Entry["segments"]>[number];

async function eachSegment(
  tree: Tree,
  { source, segments = [] }: Entry,
  sourcePath: SourcePath,
  work: (source: FileHandle, segment: Segment) => Promise<void>,
): Promise<void> {
  if (segments.length === 0) return;
  const handle = await open(sourcePath(tree.sources[source!]!));
  try {
    for (const segment of segments) await work(handle, segment);
  } finally {
    await handle.close();
  }
}

async function readSegment(
  source: FileHandle,
  into: Buffer,
  offset: number,
  path: string,
): Promise<void> {
  if (!(await readFully(source, into, offset)))
    throw new ContentError(`the layer that holds "/${path}" is too short`);
}
