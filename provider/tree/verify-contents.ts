import { createHash } from "node:crypto";
import { type FileHandle, open } from "node:fs/promises";
import { ContentError } from "../errors.ts";
import type { Entry, SourcePath, Tree } from "./types.ts";

const zeros = Buffer.alloc(1 << 20);

/**
 * Reads every file of a tree where the tree says that it lies, and compares it with its digest: where contents lie is no part of a
 * tree's own digest, so that a tree from elsewhere may lie about it.
 */
export async function verifyContents(
  tree: Tree,
  sourcePath: SourcePath,
  signal: AbortSignal,
): Promise<void> {
  const sources = new Map<number, FileHandle>();
  const buffer = Buffer.allocUnsafe(1 << 20);
  try {
    for (const entry of tree.items) {
      if (entry.kind !== "entry" || entry.type !== "file" || entry.size === 0) continue;
      signal.throwIfAborted();
      const index = entry.source ?? 0;
      const source = sources.get(index) ?? (await open(sourcePath(tree.sources[index] ?? "")));
      sources.set(index, source);
      const digest = await digestAt(entry, source, buffer);
      if (digest !== entry.digest)
        throw new ContentError(`"/${entry.path}" has other bytes in its layer than the tree says`);
    }
  } finally {
    for (const source of sources.values()) await source.close();
  }
}

async function digestAt(
  { size, segments = [] }: Entry,
  source: FileHandle,
  buffer: Buffer,
): Promise<string> {
  const hash = createHash("sha256");
  let end = 0;
  const hole = (until: number) => {
    for (; end < until; end += Math.min(zeros.length, until - end))
      hash.update(zeros.subarray(0, Math.min(zeros.length, until - end)));
  };
  for (const [at, offset, length] of segments) {
    hole(at);
    for (let done = 0; done < length; ) {
      const wanted = Math.min(buffer.length, length - done);
      const { bytesRead } = await source.read(buffer, 0, wanted, offset + done);
      if (bytesRead === 0) return "none: the layer is too short";
      hash.update(buffer.subarray(0, bytesRead));
      done += bytesRead;
    }
    end = at + length;
  }
  hole(size);
  return `sha256:${hash.digest("hex")}`;
}
