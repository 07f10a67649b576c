import { execa } from "execa";
import type { Entry, Tree } from "../../provider/tree/types.ts";

/** Every name of a squashfs as `unsquashfs -llnumeric` lists it: kind and rights, owner, size of a file, path and a symlink's target. */
export async function listedBySquashfs(path: string): Promise<string[]> {
  const { stdout } = await execa("unsquashfs", ["-lln", path], {
    encoding: "latin1",
    maxBuffer: 1e9,
  });
  return stdout
    .split("\n")
    .filter((line) => /^[-dlbcps][-rwxsStT]{9} /.test(line))
    .map((line) => {
      const [, rights = "", owner = "", size = "", rest = ""] =
        /^(\S+) (\S+) +(\d+(?:, *\d+)?) \d{4}-\d\d-\d\d \d\d:\d\d (.*)$/.exec(line) ?? [];
      return `${rights} ${owner} ${rights[0] === "-" ? size : ""} ${rest.replace(/^squashfs-root\/?/, "/")}`;
    })
    .sort();
}

/** A tree, as far as it is not below a folder, as the same lines. */
export function listedByTree(tree: Tree, without: string): string[] {
  const entries = tree.items.filter((item): item is Entry => item.kind === "entry");
  const byPath = new Map(entries.map((entry) => [entry.path, entry]));
  return entries
    .filter(({ path }) => !path.startsWith(`${without}/`))
    .map(({ path, ...own }) => {
      const entry = own.type === "link" ? byPath.get(own.target ?? "")! : own;
      const { type, mode, uid, gid, size, target } = entry;
      const end = type === "symlink" ? ` -> ${target}` : "";
      const held = type === "file" ? size : "";
      return `${rightsOf(type, mode)} ${uid}/${gid} ${held} /${path}${end}`;
    })
    .sort();
}

const letters = { file: "-", directory: "d", symlink: "l", block: "b", character: "c", fifo: "p" };

function rightsOf(type: string, mode: number): string {
  const triple = (shift: number, special: number, letter: string) => {
    const bits = (mode >> shift) & 7;
    const runs = (bits & 1) !== 0;
    const last = mode & special ? (runs ? letter : letter.toUpperCase()) : runs ? "x" : "-";
    return `${bits & 4 ? "r" : "-"}${bits & 2 ? "w" : "-"}${last}`;
  };
  if (type === "symlink") return "lrwxrwxrwx";
  const kind = letters[type as keyof typeof letters];
  return `${kind}${triple(6, 0o4000, "s")}${triple(3, 0o2000, "s")}${triple(0, 0o1000, "t")}`;
}
