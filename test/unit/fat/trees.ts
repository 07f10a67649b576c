import type { Entry, Tree } from "../../../provider/tree/types.ts";

/** A root directory with entries; each is a file of root's of so many bytes unless it says otherwise. */
export function treeOf(...entries: (Partial<Entry> & { readonly path: string })[]): Tree {
  const base = { kind: "entry", uid: 0, gid: 0, mtime: 0, mtimeNs: 0, size: 0 } as const;
  const root = { ...base, path: "", type: "directory", mode: 0o755 } as const;
  const files = entries.map((entry) => ({
    ...base,
    ...{ type: "file" as const, mode: 0o644 },
    ...entry,
  }));
  return { items: [root, ...files, { kind: "boundary" }], sources: [] };
}
