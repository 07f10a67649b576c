import { entriesByPath } from "../tree/read-file.ts";
import type { Entry, Tree } from "../tree/types.ts";

/** SHA-256 of no bytes: an empty file has no digest in a tree. */
const EMPTY = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

/** The entries of a tree by path, in the order of their bytes. */
export function sortedEntries(tree: Tree): Entry[] {
  const entries = tree.items.filter((item): item is Entry => item.kind === "entry");
  return entries.sort((a, b) => (a.path < b.path ? -1 : a.path > b.path ? 1 : 0));
}

/** The inode behind an entry: of a hard link the file that it names. */
export function inodeOf(tree: Tree, entry: Entry): Entry {
  return entry.type === "link" ? (entriesByPath(tree).get(entry.target!) ?? entry) : entry;
}

/** SHA-256 in hex of a file's content; undefined for what is no file. */
export function hexOf({ type, digest }: Entry): string | undefined {
  if (type !== "file") return undefined;
  return digest?.slice("sha256:".length) ?? EMPTY;
}

/**
 * The lines of a SHA256SUMS of every file of a tree, in latin1: `cd / && sha256sum --check SHA256SUMS` in the machine. Names with a
 * backslash or a line end are escaped as sha256sum(1) has it.
 */
export function* checksumLines(tree: Tree): Generator<string> {
  for (const entry of sortedEntries(tree)) {
    const hex = hexOf(inodeOf(tree, entry));
    if (hex === undefined) continue;
    const escaped = entry.path
      .replaceAll("\\", "\\\\")
      .replaceAll("\n", "\\n")
      .replaceAll("\r", "\\r");
    yield `${escaped === entry.path ? "" : "\\"}${hex}  ${escaped}\n`;
  }
}
