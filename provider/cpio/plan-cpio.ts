import type { Entry, EntryType, Tree } from "../tree/types.ts";
import { type CpioRefusal, cpioRefusals } from "./limits.ts";
import { withMountPoints } from "./mount-points.ts";
import { headerLength, type NewcHeader, newcTrailer, paddingBytes } from "./newc.ts";

/** One name of an archive, and the entry whose bytes follow its header. */
export interface CpioMember extends NewcHeader {
  /** The file or symlink that the content is of; absent where nothing follows. */
  readonly content?: Entry;
}

/** An archive as data. */
export interface CpioPlan {
  readonly members: readonly CpioMember[];
  readonly sizeBytes: number;
  /** Entries whose time loses its fraction: the format counts whole seconds. */
  readonly roundedTimes: number;
}

export interface CpioOptions {
  /** Names of extended attributes that may be left out. */
  readonly dropXattrs?: readonly string[];
}

/** Type bits of a mode (inode(7)). */
const typeBits: Record<Exclude<EntryType, "link">, number> = {
  fifo: 0o010000,
  character: 0o020000,
  directory: 0o040000,
  block: 0o060000,
  file: 0o100000,
  symlink: 0o120000,
};

/**
 * An initramfs of a tree: its names in the order of their bytes, numbered from 1, with what every machine needs. Names
 * of one file share a number, and the last of them has the content, as GNU cpio writes it.
 */
export function planCpio(
  tree: Tree,
  { dropXattrs = [] }: CpioOptions = {},
): { plan: CpioPlan; refusals: CpioRefusal[] } {
  const { entries, refusals } = withMountPoints(tree);
  const allowed = new Set(dropXattrs);
  for (const entry of entries) for (const one of cpioRefusals(entry, allowed)) refusals.push(one);
  const sorted = entries.sort((a, b) => (a.path < b.path ? -1 : 1));
  const inodes = inodesOf(sorted);
  const subdirectories = countSubdirectories(sorted);
  const members = sorted.map(({ path }): CpioMember => {
    const { entry, names, ino } = inodes.get(path)!;
    const { type, mode, uid, gid, mtime, size, major, minor } = entry;
    const holds = names.at(-1) === path || type === "symlink";
    const content = holds && size > 0 && (type === "file" || type === "symlink");
    return {
      name: path === "" ? "." : path,
      mode: mode | typeBits[type as Exclude<EntryType, "link">],
      ...{ uid, gid, mtime, ino },
      nlink: type === "directory" ? 2 + (subdirectories.get(path) ?? 0) : names.length,
      size: content ? size : 0,
      ...(major !== undefined && minor !== undefined && { major, minor }),
      ...(content && { content: entry }),
    };
  });
  const length = members.reduce(
    (sum, { name, size }) => sum + headerLength(name) + size + paddingBytes(size),
    0,
  );
  const plan = {
    members,
    sizeBytes: length + newcTrailer(length).length,
    roundedTimes: sorted.filter(({ mtimeNs }) => mtimeNs > 0).length,
  };
  return { plan, refusals };
}

interface Inode {
  readonly entry: Entry;
  readonly names: string[];
  readonly ino: number;
}

/** What each name leads to. */
function inodesOf(sorted: readonly Entry[]): Map<string, Inode> {
  const byPath = new Map(sorted.map((entry) => [entry.path, entry]));
  const inodes = new Map<Entry, Inode>();
  const named = new Map<string, Inode>();
  for (const { path } of sorted) {
    let entry = byPath.get(path)!;
    while (entry.type === "link") entry = byPath.get(entry.target!)!;
    const inode = inodes.get(entry) ?? { entry, names: [], ino: inodes.size + 1 };
    inodes.set(entry, inode);
    inode.names.push(path);
    named.set(path, inode);
  }
  return named;
}

function countSubdirectories(entries: readonly Entry[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const { path, type } of entries) {
    if (type !== "directory" || path === "") continue;
    const parent = path.slice(0, Math.max(0, path.lastIndexOf("/")));
    counts.set(parent, (counts.get(parent) ?? 0) + 1);
  }
  return counts;
}
