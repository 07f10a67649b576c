import type { Ext4Options } from "../../../provider/ext4/options.ts";
import type {
  Boundary,
  Entry,
  EntryType,
  Ghost,
  Item,
  Tree,
} from "../../../provider/tree/types.ts";
import { contentOf, digestOf, source } from "./contents.ts";

/** Options of all test filesystems; a small journal keeps them small. */
export const options: Omit<Ext4Options, "sizeBytes"> = {
  uuid: "01234567-89ab-8def-8123-456789abcdef",
  hashSeed: "fedcba98-7654-8210-8edc-ba9876543210",
  label: "root",
  epochSeconds: 1_735_689_600,
  journalMiB: 4,
};

/** Options with a size. */
export function sized(mebibytes: number, more: Partial<Ext4Options> = {}): Ext4Options {
  return { ...options, sizeBytes: mebibytes * 2 ** 20, ...more };
}

/** A tree of items over the one source of {@link contentOf}. */
export function treeOf(...items: Item[]): Tree {
  return { items, sources: [source] };
}

/** An entry with the attributes given and plain ones else. */
export function entry(path: string, type: EntryType, more: Partial<Entry> = {}): Entry {
  const plain = { mode: 0o644, uid: 0, gid: 0, mtime: 1_600_000_000, mtimeNs: 0, size: 0 };
  return { kind: "entry", path, type, ...plain, ...more };
}

/** A directory. */
export function directory(path: string, more: Partial<Entry> = {}): Entry {
  return entry(path, "directory", { mode: 0o755, ...more });
}

/** A file whose content starts at a byte of the source, with holes where `segments` say so. */
export function file(
  path: string,
  size: number,
  more: Partial<Entry> & { at?: number } = {},
): Entry {
  const { at = 0, ...rest } = more;
  if (size === 0) return entry(path, "file", rest);
  const segments = rest.segments ?? [[0, at, size] as const];
  const digest = digestOf(contentOf(size, segments));
  return entry(path, "file", { size, segments, digest, source: 0, ...rest });
}

/** A symlink. */
export function symlink(path: string, target: string, more: Partial<Entry> = {}): Entry {
  return entry(path, "symlink", { mode: 0o777, target, size: target.length, ...more });
}

/** What is left of a deleted entry. */
export function ghost(path: string, type: EntryType, size = 0): Ghost {
  return { kind: "ghost", path, type, size };
}

/** The end of a layer. */
export const boundary: Boundary = { kind: "boundary" };
