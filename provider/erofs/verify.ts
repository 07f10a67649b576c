import { createHash } from "node:crypto";
import { ToolError } from "../errors.ts";
import { printable, shownName } from "../tree/shown-name.ts";
import { joinPath } from "../tree/tree-path.ts";
import type { Entry, EntryType } from "../tree/types.ts";
import type { ErofsInode } from "./inode.ts";
import { ErofsReader } from "./reader.ts";

const types: Record<number, EntryType> = {
  4096: "fifo",
  8192: "character",
  16384: "directory",
  24576: "block",
  32768: "file",
  40960: "symlink",
};

/** Compares an erofs with a tree: every name, attribute, hard link and byte; a difference is a ToolError that names the path. */
export async function compareErofs(
  path: string,
  entries: readonly Entry[],
  signal?: AbortSignal,
): Promise<void> {
  const reader = await ErofsReader.open(path);
  try {
    const nids = await namesOf(reader, signal);
    const names = new Map<Entry, string[]>();
    const byPath = new Map(entries.map((entry) => [entry.path, entry]));
    for (const entry of entries) {
      let holder = entry;
      while (holder.type === "link") holder = byPath.get(holder.target!)!;
      names.set(holder, [...(names.get(holder) ?? []), entry.path]);
    }
    for (const [entry, paths] of names) {
      signal?.throwIfAborted();
      await compare(reader, entry, paths, nids);
      for (const name of paths) nids.delete(name);
    }
    for (const [more] of nids) throw lost(more, "is not in the tree");
  } finally {
    await reader.close();
  }
}

/** Every path with the number of its inode. */
async function namesOf(reader: ErofsReader, signal?: AbortSignal): Promise<Map<string, number>> {
  const found = new Map([["", reader.superblock.rootNid]]);
  for (const waiting = [...found]; waiting.length > 0; ) {
    signal?.throwIfAborted();
    const [path, nid] = waiting.pop()!;
    const inode = await reader.inode(nid);
    if (types[inode.mode & 0xf000] !== "directory") continue;
    for (const { name, nid: inner } of await reader.names(inode)) {
      const below = joinPath(path, name);
      if (found.has(below)) throw lost(below, "is there twice");
      found.set(below, inner);
      waiting.push([below, inner]);
    }
  }
  return found;
}

async function compare(
  reader: ErofsReader,
  entry: Entry,
  paths: readonly string[],
  nids: ReadonlyMap<string, number>,
): Promise<void> {
  const nid = nids.get(entry.path);
  for (const path of paths)
    if (nids.get(path) === undefined || nids.get(path) !== nid)
      throw lost(
        path,
        nids.has(path) ? `is not the same file as ${shownName(`/${entry.path}`)}` : "is missing",
      );
  const inode = await reader.inode(nid!);
  const found = await aboutInode(reader, inode);
  const wanted = about(entry, paths.length);
  if (found !== wanted) throw lost(entry.path, `should be ${wanted} but is ${found}`);
  if (entry.type !== "file") return;
  const hash = createHash("sha256");
  for await (const piece of reader.contents(inode)) hash.update(piece);
  const digest = `sha256:${hash.digest("hex")}`;
  if (entry.size > 0 && digest !== entry.digest)
    throw lost(entry.path, `has other bytes (${digest}, not ${entry.digest})`);
}

async function aboutInode(reader: ErofsReader, inode: ErofsInode): Promise<string> {
  const type = types[inode.mode & 0xf000];
  const { mode, uid, gid, mtime, mtimeNs, size, links, device } = inode;
  const target = type === "symlink" ? await reader.target(inode) : undefined;
  const xattrs = await reader.xattrs(inode);
  return said([
    ...[type, mode & 0xfff, uid, gid, mtime, mtimeNs],
    ...[type === "file" ? size : 0, type === "directory" ? 0 : links, target],
    type === "block" || type === "character" ? device : 0,
    xattrs.length > 0 ? xattrs : undefined,
  ]);
}

function about(entry: Entry, links: number): string {
  const { type, mode, uid, gid, mtime, mtimeNs, size, target, xattrs } = entry;
  return said([
    ...[type, mode, uid, gid, mtime, mtimeNs],
    ...[type === "file" ? size : 0, type === "directory" ? 0 : links],
    type === "symlink" ? target : undefined,
    type === "block" || type === "character" ? deviceOf(entry) : 0,
    xattrs?.length ? xattrs : undefined,
  ]);
}

/** The 32 bits of a device number (linux/kdev_t.h). */
function deviceOf({ major = 0, minor = 0 }: Entry): number {
  return ((minor & 0xff) | (major << 8) | ((minor & ~0xff) << 12)) >>> 0;
}

function said(facts: readonly unknown[]): string {
  return printable(JSON.stringify(facts));
}

function lost(path: string, what: string): ToolError {
  return new ToolError(
    `mkfs.erofs did not pack the tree as it is: ${shownName(`/${path}`)} ${what}`,
  );
}
