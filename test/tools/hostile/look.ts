import { readFileSync } from "node:fs";
import { join } from "node:path";
import { debugfs, parseStat } from "../ext4/debugfs.ts";
import { hash } from "./rows.ts";

/** Inodes by path as debugfs lists them, whatever bytes the names have. */
export function inodes(image: string, folder: string): Map<string, number> {
  const found = new Map([["", 2]]);
  let level: (readonly [string, number])[] = [["", 2]];
  while (level.length > 0) {
    const next: (readonly [string, number])[] = [];
    const lists = debugfs(
      image,
      level.map(([, inode]) => `ls -p <${inode}>`),
      folder,
    );
    for (const [i, text] of lists.entries()) {
      for (const match of text.matchAll(/^\/(\d+)\/(\d+)\/-?\d+\/-?\d+\/([^/]*)\/\d*\/$/gm)) {
        const [, inode, mode, name] = match as unknown as [string, string, string, string];
        if (["", ".", ".."].includes(name)) continue;
        const path = level[i]![0] === "" ? name : `${level[i]![0]}/${name}`;
        if (found.has(path)) throw new Error(`${JSON.stringify(path)} is there twice`);
        found.set(path, Number(inode));
        if (mode.startsWith("04")) next.push([path, Number(inode)]);
      }
    }
    level = next;
  }
  return found;
}

/** What debugfs says of inodes, in the words of the table. */
export function looked(image: string, numbers: readonly number[], folder: string) {
  const ask = (verb: string, tail = (_: number) => "") =>
    debugfs(
      image,
      numbers.map((n) => `${verb} <${n}>${tail(n)}`),
      folder,
    );
  const stats = ask("stat");
  ask("dump", (n) => ` ${join(folder, `dump-${n}`)}`);
  return numbers.map((inode, i) => {
    const f = parseStat(stats[i]!, inode, readFileSync(join(folder, `dump-${inode}`)), []);
    const has = f.type === "regular" || f.type === "symlink";
    return {
      type: f.type,
      mode: f.mode,
      owner: `${f.uid}:${f.gid}`,
      mtime: `${f.mtime} ${f.mtimeNs}`,
      content: has ? hash(f.content!.toString("latin1")) : undefined,
      device: f.device,
      links: f.type === "directory" ? undefined : f.links,
    };
  });
}
