import type { FileEntry } from "../image/volume.ts";

/** A path with the bytes of all files below it. */
export interface Sized {
  readonly path: string;
  readonly isFolder: boolean;
  readonly bytes: number;
}

/**
 * The paths that hold the most, none inside another: whatever has more than its share of the whole is taken apart, so that a large
 * file is named itself and many small ones by their folder.
 */
export function biggestPaths(entries: readonly FileEntry[], count: number): Sized[] {
  const sizes = sizesBelow(entries);
  const children = childrenOf(sizes);
  const root = sizes.get("") ?? { path: "", isFolder: true, bytes: 0 };
  const share = root.bytes / (2 * count);
  const chosen: Sized[] = [];
  const waiting = [root];
  for (let at = waiting.pop(); at; at = waiting.pop()) {
    const below = children.get(at.path) ?? [];
    if (at.bytes < share || below.length === 0) chosen.push(at);
    // Not as arguments: a folder of a hundred thousand files has more than a call takes.
    else for (const child of below) waiting.push(child);
  }
  return chosen
    .filter(({ bytes }) => bytes > 0)
    .sort((a, b) => b.bytes - a.bytes || (a.path < b.path ? -1 : 1))
    .slice(0, count);
}

/** Every path with the bytes at and below it. */
export function sizesBelow(entries: readonly FileEntry[]): Map<string, Sized> {
  const sizes = new Map<string, { path: string; isFolder: boolean; bytes: number }>();
  for (const { path, type } of entries)
    sizes.set(path, { path, isFolder: type === "directory", bytes: 0 });
  for (const { path, size } of entries) {
    if (size === 0) continue;
    for (let at: string | undefined = path; at !== undefined; at = parentOf(at)) {
      const known = sizes.get(at);
      if (known) known.bytes += size;
    }
  }
  return sizes;
}

/** The paths directly below each. */
export function childrenOf(sizes: ReadonlyMap<string, Sized>): Map<string, Sized[]> {
  const children = new Map<string, Sized[]>();
  for (const sized of sizes.values()) {
    const parent = parentOf(sized.path);
    if (parent === undefined) continue;
    const siblings = children.get(parent);
    if (siblings) siblings.push(sized);
    else children.set(parent, [sized]);
  }
  return children;
}

function parentOf(path: string): string | undefined {
  if (path === "") return undefined;
  const slash = path.lastIndexOf("/");
  return slash < 0 ? "" : path.slice(0, slash);
}
