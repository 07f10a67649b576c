import { readFile, rename, writeFile } from "node:fs/promises";
import { type IndexOptions, indexLayer, type LayerIndex, type LayerMember } from "./layer-index.ts";
import type { Entry, EntryType } from "./types.ts";

/** Goes up whenever {@link indexLayer} would find something else in the same tar. */
const VERSION = 1;

const LETTERS: Record<EntryType, string> = {
  file: "f",
  directory: "d",
  symlink: "s",
  link: "l",
  character: "c",
  block: "b",
  fifo: "p",
};
const TYPES = Object.fromEntries(Object.entries(LETTERS).map(([type, letter]) => [letter, type]));

type Row = [
  path: string,
  letter: string,
  mode: number,
  uid: number,
  gid: number,
  mtime: number,
  mtimeNs: number,
  size: number,
  rest?: Pick<Entry, "target" | "major" | "minor" | "xattrs" | "digest" | "segments">,
];

/** A layer index as compact JSON. */
export function encodeIndex(index: LayerIndex): string {
  const rows = index.members.map((member): Row => {
    const { path, type, mode, uid, gid, mtime, mtimeNs, size, ...rest } = member;
    const row: Row = [path, LETTERS[type], mode, uid, gid, mtime, mtimeNs, size];
    if (Object.keys(rest).length > 0) row.push(rest);
    return row;
  });
  return JSON.stringify({ version: VERSION, rows });
}

/** The inverse of {@link encodeIndex}; undefined for an index that another version wrote. */
export function decodeIndex(text: string): LayerIndex | undefined {
  const { version, rows } = JSON.parse(text) as { version: number; rows: Row[] };
  if (version !== VERSION) return undefined;
  const members = rows.map((row): LayerMember => {
    const [path, letter, mode, uid, gid, mtime, mtimeNs, size, rest] = row;
    const type = TYPES[letter] as EntryType;
    return { path, type, mode, uid, gid, mtime, mtimeNs, size, ...rest };
  });
  return { members };
}

/** The index of a layer as kept in `indexFile`; made and kept there when it is missing or unreadable. */
export async function cachedIndex(
  file: string,
  indexFile: string,
  options: IndexOptions = {},
): Promise<LayerIndex> {
  try {
    const kept = decodeIndex(await readFile(indexFile, "utf8"));
    if (kept) return kept;
  } catch {
    // A cache that cannot be read is made anew.
  }
  const index = await indexLayer(file, options);
  const unfinished = `${indexFile}.${process.pid}.${Math.random().toString(36).slice(2)}`;
  await writeFile(unfinished, encodeIndex(index));
  await rename(unfinished, indexFile);
  return index;
}
