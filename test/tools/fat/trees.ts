import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { sha256 } from "../../../provider/plan/canonical.ts";
import type { Ref } from "../../../provider/plan/ref.ts";
import type { Store } from "../../../provider/store/store.ts";
import { treeDigest } from "../../../provider/tree/digest.ts";
import { saveTree } from "../../../provider/tree/object.ts";
import { parentOf } from "../../../provider/tree/tree-path.ts";
import type { Entry } from "../../../provider/tree/types.ts";

/** Modification time of whatever names none: an odd second, which FAT rounds down. */
export const mtime = Date.UTC(2020, 1, 29, 12, 34, 57) / 1000;

/** A file of a tree with its bytes; its name is what UTF-8 makes of it. */
export interface TestFile extends Partial<Entry> {
  readonly path: string;
  readonly content?: Uint8Array;
}

/** Commits a tree of files, in their order, with the directories that they need. */
export async function commitTree(store: Store, files: readonly TestFile[]): Promise<Ref> {
  const chunks: Buffer[] = [];
  const entries = new Map<string, Entry>();
  let offset = 0;
  const base = { kind: "entry", uid: 0, gid: 0, mtime, mtimeNs: 0, size: 0 } as const;
  const directory = (path: string) => {
    if (path !== "") directory(parentOf(path));
    if (!entries.has(path)) entries.set(path, { ...base, path, type: "directory", mode: 0o755 });
  };
  directory("");
  for (const { content, path: text, ...rest } of files) {
    const path = Buffer.from(text).toString("latin1");
    directory(parentOf(path));
    const size = content?.length ?? 0;
    const held =
      content && size > 0
        ? { size, digest: sha256(content), source: 0, segments: [[0, offset, size] as const] }
        : {};
    entries.set(path, { ...base, path, type: "file", mode: 0o644, ...held, ...rest });
    if (content) chunks.push(Buffer.from(content));
    offset += size;
  }
  const bytes = Buffer.concat(chunks);
  const layer = sha256(bytes);
  const tree = {
    items: [...entries.values(), { kind: "boundary" as const }],
    sources: offset > 0 ? [layer] : [],
  };
  const digest = treeDigest(tree);
  await store.stage(async (folder) => {
    await writeFile(join(folder, "layer"), bytes);
    await store.commit({ kind: "layer", digest: layer, file: join(folder, "layer") });
    await saveTree(tree, join(folder, "tree"));
    await store.commit({ kind: "tree", digest, file: join(folder, "tree") });
  });
  return { kind: "tree", digest, recipe: "" };
}
