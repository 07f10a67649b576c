import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { sha256 } from "../plan/canonical.ts";
import type { Store } from "../store/store.ts";
import { overlay } from "../tree/overlay.ts";
import { findEntry } from "../tree/read-file.ts";
import { writeTar } from "../tree/tar-writer.ts";
import type { Tree } from "../tree/types.ts";
import type { MachineFile } from "./machine-file.ts";

/** A tree with files added or replaced; their bytes go into a layer of their own in the store. */
export async function withFiles(
  tree: Tree,
  files: readonly MachineFile[],
  mtime: number,
  store: Store,
): Promise<Tree> {
  if (files.length === 0) return tree;
  const placed = files.map((file) => ({ ...file, path: realPath(tree, file.path), mtime }));
  const { bytes, entries } = writeTar(placed);
  const source = sha256(bytes);
  await store.stage(async (folder) => {
    const file = join(folder, "layer");
    await writeFile(file, bytes);
    await store.commit({ kind: "layer", digest: source, file });
  });
  return overlay(tree, source, entries);
}

/** A path with the symlinks among its parents followed: a file for /lib/x must not turn the link /lib into a folder. */
export function realPath(tree: Tree, path: string): string {
  const cut = path.lastIndexOf("/");
  if (cut < 0) return path;
  const [parent, name] = [path.slice(0, cut), path.slice(cut + 1)];
  const found = findEntry(tree, parent);
  if (found) return found.path === "" ? name : `${found.path}/${name}`;
  return `${realPath(tree, parent)}/${name}`;
}
