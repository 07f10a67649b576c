import type { Entry, Tree } from "../../../provider/tree/types.ts";
import { contentOf, digestOf } from "../../unit/ext4/contents.ts";
import { options } from "../../unit/ext4/trees.ts";
import type { Facts } from "./debugfs.ts";

/** What can be compared of an inode; hard links share one, named by the first of them. */
export interface Seen {
  readonly type: string;
  readonly mode: number;
  readonly owner: string;
  readonly size: number | undefined;
  readonly mtime: string;
  readonly device: string | undefined;
  readonly content: string | undefined;
  readonly xattrs: readonly (readonly [string, string])[];
  readonly names: readonly string[];
}

const typeNames: Record<string, string> = {
  file: "regular",
  directory: "directory",
  symlink: "symlink",
  character: "character special",
  block: "block special",
  fifo: "FIFO",
};

/** What a filesystem made from a tree must hold, by path. */
export function expected(tree: Tree): Map<string, Seen> {
  const entries = new Map<string, Entry>();
  const names = new Map<Entry, string[]>();
  for (const item of tree.items) {
    if (item.kind !== "entry") continue;
    const inode = item.type === "link" ? entries.get(item.target!)! : item;
    entries.set(item.path, inode);
    names.set(inode, [...(names.get(inode) ?? []), item.path]);
  }
  const own = { uid: 0, gid: 0, mtime: options.epochSeconds, mtimeNs: 0, size: 0 };
  const made = { kind: "entry", type: "directory", ...own } as const;
  if (!entries.has("")) entries.set("", { ...made, path: "", mode: 0o755 });
  const lost = { ...made, path: "lost+found", mode: 0o700 };
  if (!entries.has(lost.path)) entries.set(lost.path, lost);
  return new Map(
    [...entries].map(([path, e]) => [path, seenOf(e, names.get(e) ?? [path])] as const),
  );
}

function seenOf(e: Entry, names: readonly string[]): Seen {
  const content =
    e.type === "file"
      ? digestOf(contentOf(e.size, e.segments ?? []))
      : e.type === "symlink"
        ? digestOf(Buffer.from(e.target!, "latin1"))
        : undefined;
  return {
    type: typeNames[e.type]!,
    mode: e.type === "symlink" ? 0o777 : e.mode,
    owner: `${e.uid}:${e.gid}`,
    size: e.type === "directory" ? undefined : e.size,
    mtime: `${e.mtime} ${e.mtimeNs}`,
    device: e.major === undefined ? undefined : `${pad(e.major)}:${pad(e.minor!)}`,
    content,
    xattrs: [...(e.xattrs ?? [])].sort(([a], [b]) => (a < b ? -1 : 1)),
    names: [...names].sort(),
  };
}

/** What debugfs found in a filesystem, by path. */
export function found(facts: ReadonlyMap<string, Facts>): Map<string, Seen> {
  const names = new Map<number, string[]>();
  for (const [path, { inode }] of facts) names.set(inode, [...(names.get(inode) ?? []), path]);
  return new Map(
    [...facts].map(([path, f]) => [
      path,
      {
        type: f.type,
        mode: f.mode,
        owner: `${f.uid}:${f.gid}`,
        size: f.type === "directory" ? undefined : f.size,
        mtime: `${f.mtime} ${f.mtimeNs}`,
        device: f.device,
        content: ["regular", "symlink"].includes(f.type) ? digestOf(f.content!) : undefined,
        xattrs: f.xattrs,
        names: names.get(f.inode)!.sort(),
      },
    ]),
  );
}

function pad(number: number): string {
  return `${number}`.padStart(2, "0");
}
