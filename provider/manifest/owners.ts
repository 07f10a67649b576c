import { entriesByPath, findEntry } from "../tree/read-file.ts";
import { baseOf, joinPath, parentOf } from "../tree/tree-path.ts";
import type { SourcePath, Tree } from "../tree/types.ts";
import { readApk, readRpm, readText } from "./packages.ts";

/** The packages that a path belongs to, by their names; a directory mostly has several. */
export type Owners = ReadonlyMap<string, readonly string[]>;

/**
 * Which package each path of a tree belongs to: dpkg's lists (`info/NAME.list`, where distroless has only `status.d/NAME.md5sums`) and
 * the databases of apk and rpm. Symlinks among the parents are followed: dpkg still calls /usr/bin/ls "/bin/ls".
 */
export async function readOwners(tree: Tree, sourcePath: SourcePath): Promise<Owners> {
  const owners = new Map<string, string[]>();
  const placed = placer(tree);
  const add = (path: string, name: string) => {
    const at = placed(path.replace(/^\.?\//, "").replace(/\/$/, ""));
    const known = owners.get(at);
    if (known) known.push(name);
    else owners.set(at, [name]);
  };
  for (const path of [...entriesByPath(tree).keys()].sort()) {
    // Of another architecture's package: "libc6:i386.list".
    const [, listed] = /^var\/lib\/dpkg\/info\/([^/:]+)(?::[^/]+)?\.list$/.exec(path) ?? [];
    const [, summed] = /^var\/lib\/dpkg\/status\.d\/([^/]+)\.md5sums$/.exec(path) ?? [];
    const name = listed ?? summed;
    if (name === undefined) continue;
    const text = bytesAsNames(await readText(tree, path, sourcePath));
    for (const line of text.split("\n")) {
      const file = listed ? line : line.replace(/^[0-9a-f]{32} [ *]/, "");
      if (file !== "" && file !== "/.") add(file, name);
    }
  }
  for (const { package: found, files } of await readApk(tree, sourcePath))
    for (const file of files) add(bytesAsNames(file), found.name);
  for (const { package: found, files } of await readRpm(tree, sourcePath))
    for (const file of files) add(file, found.name);
  return owners;
}

/** Paths of a tree are latin1, one character a byte. */
function bytesAsNames(text = ""): string {
  return Buffer.from(text).toString("latin1");
}

/** Where a path lies when the symlinks among its parents are followed. */
function placer(tree: Tree): (path: string) => string {
  const directories = new Map<string, string>();
  return (path) => {
    const parent = parentOf(path);
    let real = directories.get(parent);
    if (real === undefined) {
      const found = findEntry(tree, parent);
      real = found?.type === "directory" ? found.path : parent;
      directories.set(parent, real);
    }
    return joinPath(real, baseOf(path));
  };
}
