import { ContentError } from "../errors.ts";
import { firstOf } from "../tree/first-of.ts";
import { shownName } from "../tree/shown-name.ts";
import { baseOf } from "../tree/tree-path.ts";
import type { Entry } from "../tree/types.ts";
import { nameProblem } from "./names.ts";

/** Largest file: its length is a number of 32 bits. */
const mostBytes = 2 ** 32 - 1;

/** Paths that one error names. */
const mostNamed = 10;

/**
 * Why FAT cannot hold an entry; undefined where it can. FAT has names, bytes, times and a mark for what is not to be written; who may
 * do what is for the mount to say. So only what everybody may read, and root owns, is the same behind a mount as before.
 */
export function entryProblem(entry: Entry): string | undefined {
  const { path, type, mode, uid, gid, size, xattrs } = entry;
  if (type === "link") return `it is a hard link to ${shownName(entry.target ?? "")}`;
  if (type !== "file" && type !== "directory") return `it is a ${kinds[type]}`;
  if (size > mostBytes) return `it has ${size} bytes, FAT holds ${mostBytes}`;
  if (xattrs?.length) return `it has the attribute ${shownName(xattrs[0]?.[0] ?? "")}`;
  if (uid !== 0 || gid !== 0) return `it is owned by ${uid}:${gid}, and FAT has no owners`;
  if (mode & 0o7000) return `its mode is ${mode.toString(8)}, and FAT has none`;
  if ((mode & 0o444) !== 0o444)
    return `its mode is ${mode.toString(8).padStart(4, "0")}: FAT would show it to everybody`;
  return path === "" ? undefined : nameProblem(baseOf(path));
}

const kinds = {
  symlink: "symbolic link",
  character: "character device",
  block: "block device",
  fifo: "named pipe",
} as const;

/** What is wrong with a path. */
export interface Refusal {
  readonly path: string;
  readonly reason: string;
}

/** Ends with every refusal, or with the first ones and how many more there are. */
export function refuse(refusals: readonly Refusal[]): void {
  if (refusals.length === 0) return;
  const lines = refusals.map(({ path, reason }) => `${shownName(`/${path}`)}: ${reason}`);
  throw new ContentError(
    ["FAT cannot hold what is in the tree:", ...firstOf(lines, mostNamed)].join("\n  "),
    { hint: "change it in the Dockerfile, take another subtree, or use ext4" },
  );
}
