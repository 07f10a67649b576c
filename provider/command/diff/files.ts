import { canonicalJson } from "../../plan/canonical.ts";
import type { FileEntry, Volume } from "../image/volume.ts";
import type { Filesystem } from "../inspect/look.ts";

/** A path that differs. */
export interface FileChange {
  readonly path: string;
  readonly change: "added" | "removed" | "changed";
  /** What differs, of what changed: `content`, `mode`, `owner`, `mtime` … */
  readonly attributes: readonly string[];
  readonly before?: FileEntry;
  readonly after?: FileEntry;
}

/** What two entries of a path have that can differ; what one side does not know is no difference. */
const attributes: readonly (readonly [name: string, value: (entry: FileEntry) => unknown])[] = [
  ["type", ({ type }) => type],
  ["mode", ({ mode }) => mode],
  ["owner", ({ uid, gid }) => (uid === undefined ? undefined : [uid, gid])],
  ["target", ({ target }) => target],
  ["device", ({ device }) => device],
  ["mtime", ({ mtime }) => mtime],
  ["xattrs", ({ xattrs, mode }) => (mode === undefined ? undefined : (xattrs ?? []))],
];

/** Compares two filesystems path by path, contents byte by byte where no digest is known. */
export async function compareFiles(
  before: Filesystem,
  after: Filesystem,
  watch: { signal: AbortSignal; progress: (text: string) => void },
): Promise<FileChange[]> {
  const [olds, news] = [resolved(before), resolved(after)];
  const paths = [...new Set([...olds.keys(), ...news.keys()])].sort();
  // Only mke2fs and its like make it, and a tree has none.
  const isTree = [before, after].some(({ volume }) => volume.type === "tree");
  const changes: FileChange[] = [];
  for (const [i, path] of paths.entries()) {
    watch.signal.throwIfAborted();
    if (i % 100 === 0) watch.progress(`${i} of ${paths.length} paths compared`);
    const [old, now] = [olds.get(path), news.get(path)];
    if (isTree && path === "lost+found") continue;
    if (!old || !now) {
      const change = old ? "removed" : "added";
      changes.push({
        path,
        change,
        attributes: [],
        ...(old && { before: old }),
        ...(now && { after: now }),
      });
      continue;
    }
    const differing = attributes.flatMap(([name, value]) => {
      const [a, b] = [value(old), value(now)];
      const known = a !== undefined && b !== undefined;
      return (known || name === "target") && text(a) !== text(b) ? [name] : [];
    });
    if (old.type === "file" && now.type === "file")
      if (!(await sameContent(before.volume, old, after.volume, now, watch.signal)))
        differing.unshift("content");
    if (differing.length > 0)
      changes.push({ path, change: "changed", attributes: differing, before: old, after: now });
  }
  return changes;
}

function text(value: unknown): string {
  return canonicalJson(value ?? null);
}

/** Entries by path, a hard link as the file that it is a name of: which name came first is no difference. */
function resolved({ entries = [] }: Filesystem): Map<string, FileEntry> {
  const all = new Map(entries.map((entry) => [entry.path, entry]));
  return new Map(
    entries.map((entry) => {
      const file = entry.type === "link" ? all.get(entry.target ?? "") : undefined;
      return [entry.path, file ? { ...file, path: file.path } : entry];
    }),
  );
}

async function sameContent(
  oldVolume: Volume,
  old: FileEntry,
  newVolume: Volume,
  now: FileEntry,
  signal: AbortSignal,
): Promise<boolean> {
  if (old.size !== now.size) return false;
  if (old.size === 0 || (old.digest && old.digest === now.digest)) return true;
  if (old.digest && now.digest) return false;
  if (!oldVolume.content || !newVolume.content) return true;
  const [a, b] = [pieces(oldVolume.content(old)), pieces(newVolume.content(now))];
  try {
    for (let left = old.size; left > 0; ) {
      signal.throwIfAborted();
      const [x, y] = [await a.peek(), await b.peek()];
      const length = Math.min(x.length, y.length);
      if (length === 0 || x.compare(y, 0, length, 0, length) !== 0) return false;
      a.take(length);
      b.take(length);
      left -= length;
    }
    return true;
  } finally {
    await Promise.all([a.close(), b.close()]);
  }
}

/** Pieces of a file of which any number of bytes can be taken at a time. */
function pieces(content: AsyncIterable<Buffer>) {
  const iterator = content[Symbol.asyncIterator]();
  let rest: Buffer = Buffer.alloc(0);
  return {
    async peek(): Promise<Buffer> {
      while (rest.length === 0) {
        const next = await iterator.next();
        if (next.done) return Buffer.alloc(0);
        rest = next.value;
      }
      return rest;
    },
    take(length: number): void {
      rest = rest.subarray(length);
    },
    close: async () => void (await iterator.return?.()),
  };
}
