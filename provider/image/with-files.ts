import { join } from "node:path";
import { ContentError } from "../errors.ts";
import type { Store } from "../store/store.ts";
import { overlay } from "../tree/overlay.ts";
import { entriesByPath, findEntry } from "../tree/read-file.ts";
import type { Tree } from "../tree/types.ts";
import { writeLayer } from "./added-layer.ts";
import type { MachineFile } from "./machine-file.ts";

/** A tree with files added or replaced; their bytes go into a layer of their own in the store. */
export async function withFiles(
  tree: Tree,
  files: readonly MachineFile[],
  mtime: number,
  store: Store,
): Promise<Tree> {
  if (files.length === 0) return tree;
  const placed = files.map((file) => ({ ...file, path: realPath(tree, file.path) }));
  refuseLosses(tree, placed);
  return store.stage(async (folder) => {
    const file = join(folder, "layer");
    const { digest, entries } = await writeLayer(placed, mtime, file);
    await store.commit({ kind: "layer", digest, file });
    return overlay(tree, digest, entries);
  });
}

/** A path with the symlinks among its parents followed: a file for /lib/x must not turn the link /lib into a folder. */
export function realPath(tree: Tree, path: string): string {
  const cut = path.lastIndexOf("/");
  if (cut < 0) return path;
  const [parent, name] = [path.slice(0, cut), path.slice(cut + 1)];
  const found = findEntry(tree, parent);
  if (!found) return `${realPath(tree, parent)}/${name}`;
  if (found.type !== "directory")
    throw new ContentError(`"/${path}" cannot be added: the image has a file at "/${parent}"`, {
      hint: "remove that in the Dockerfile, or choose another path",
    });
  return found.path === "" ? name : `${found.path}/${name}`;
}

/** A file in place of a directory would take everything in it away, and nobody would be told. */
function refuseLosses(tree: Tree, files: readonly MachineFile[]): void {
  const entries = entriesByPath(tree);
  for (const { path, type } of files) {
    if (type === "directory" || entries.get(path)?.type !== "directory") continue;
    const inside = [...entries.keys()].find((other) => other.startsWith(`${path}/`));
    if (inside !== undefined)
      throw new ContentError(
        `"/${path}" cannot become a ${type}: the image has a directory there, with "/${inside}" in it`,
        { hint: "remove the directory in the Dockerfile, or choose another path" },
      );
  }
}
