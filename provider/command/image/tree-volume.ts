import { ContentError } from "../../errors.ts";
import { entriesByPath } from "../../tree/read-file.ts";
import { shownName } from "../../tree/shown-name.ts";
import { SourceReader } from "../../tree/source-reader.ts";
import type { Entry, SourcePath, Tree } from "../../tree/types.ts";
import type { FileEntry, Volume } from "./volume.ts";

const pieceBytes = 1 << 20;

/** A tree of the store as a filesystem to look into. */
export function treeVolume(tree: Tree, sourcePath: SourcePath): Volume {
  const entries = entriesByPath(tree);
  const used = [...entries.values()].reduce(
    (sum, { type, size }) => sum + (type === "file" ? size : 0),
    0,
  );
  return {
    type: "tree",
    label: "",
    uuid: "",
    sizeBytes: used,
    usedBytes: used,
    list: async () => [...entries.values()].map(fileEntry),
    content: (file) => contentOf(tree, entries.get(file.path), sourcePath),
  };
}

function fileEntry(entry: Entry): FileEntry {
  const { path, type, mode, uid, gid, mtime, size, target, major, minor, xattrs, digest } = entry;
  return {
    ...{ path, type, mode, uid, gid, mtime },
    size: type === "file" ? size : 0,
    ...(target !== undefined && { target }),
    ...(major !== undefined && { device: `${major}:${minor ?? 0}` }),
    ...(xattrs && xattrs.length > 0 && { xattrs }),
    ...(digest && { digest }),
  };
}

async function* contentOf(
  tree: Tree,
  entry: Entry | undefined,
  sourcePath: SourcePath,
): AsyncGenerator<Buffer> {
  if (entry?.type !== "file" || entry.size === 0) return;
  if (entry.source === undefined)
    throw new ContentError(`${shownName(`/${entry.path}`)} has no source`);
  const reader = new SourceReader(tree.sources, sourcePath);
  try {
    let at = 0;
    for (const [start, offset, length] of entry.segments ?? []) {
      yield* zeros(start - at);
      for (let done = 0; done < length; done += pieceBytes) {
        const piece = Buffer.alloc(Math.min(pieceBytes, length - done));
        await reader.read(entry.source, offset + done, piece);
        yield piece;
      }
      at = start + length;
    }
    yield* zeros(entry.size - at);
  } finally {
    await reader.close();
  }
}

function* zeros(length: number): Generator<Buffer> {
  for (let left = length; left > 0; left -= pieceBytes)
    yield Buffer.alloc(Math.min(left, pieceBytes));
}
