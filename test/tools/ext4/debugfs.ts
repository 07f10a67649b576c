import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** What debugfs says of an inode. */
export interface Facts {
  readonly inode: number;
  readonly type: string;
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly size: number;
  readonly links: number;
  readonly mtime: number;
  readonly mtimeNs: number;
  readonly sectors: number;
  readonly device: string | undefined;
  readonly content: Buffer | undefined;
  readonly xattrs: readonly (readonly [string, string])[];
}

/** Runs debugfs commands on an image and returns what each one printed, in latin1. */
export function debugfs(image: string, commands: readonly string[], folder: string): string[] {
  if (commands.length === 0) return [];
  const script = join(folder, "debugfs-commands");
  writeFileSync(script, `${commands.join("\n")}\n`, "latin1");
  const output = execFileSync("debugfs", ["-f", script, image], {
    encoding: "latin1",
    env: { ...process.env, TZ: "GMT", DEBUGFS_PAGER: "__none__" },
    stdio: ["ignore", "pipe", "ignore"],
    maxBuffer: 2 ** 30,
  });
  const parts = output.split(/^debugfs: .*\n/m).slice(1);
  if (parts.length !== commands.length) throw new Error(`debugfs: ${parts.length} answers`);
  return parts;
}

/** Everything in an image by path, the root as "". */
export function walk(image: string, folder: string): Map<string, Facts> {
  const inodes = inodesByPath(image, folder);
  const facts = factsOf(image, [...new Set(inodes.values())], folder);
  return new Map([...inodes].map(([path, inode]) => [path, facts.get(inode)!]));
}

/** The number of every path's inode, the root's path being "". */
export function inodesByPath(image: string, folder: string): Map<string, number> {
  const inodes = new Map([["", 2]]);
  for (let level = [["", 2] as const]; level.length > 0; ) {
    const next: [string, number][] = [];
    debugfs(
      image,
      level.map(([, inode]) => `ls -p <${inode}>`),
      folder,
    ).forEach((text, i) => {
      const parent = level[i]![0];
      for (const line of text.split("\n")) {
        const [, inode, mode, , , name] = line.split("/");
        if (!name || name === "." || name === "..") continue;
        const path = parent === "" ? name : `${parent}/${name}`;
        if (inodes.has(path)) throw new Error(`${path} is there twice`);
        inodes.set(path, Number(inode));
        if (mode!.startsWith("04")) next.push([path, Number(inode)]);
      }
    });
    level = next as never;
  }
  return inodes;
}

function factsOf(image: string, inodes: readonly number[], folder: string): Map<number, Facts> {
  const stats = debugfs(
    image,
    inodes.map((n) => `stat <${n}>`),
    folder,
  );
  const dumps = debugfs(
    image,
    inodes.map((n) => `dump <${n}> ${join(folder, `dump-${n}`)}`),
    folder,
  );
  if (dumps.some((text) => text.trim() !== "")) throw new Error(dumps.join(""));
  const xattrs = xattrsOf(image, inodes, folder);
  return new Map(
    inodes.map((inode, i) => {
      const content = readFileSync(join(folder, `dump-${inode}`));
      return [inode, parseStat(stats[i]!, inode, content, xattrs.get(inode) ?? [])];
    }),
  );
}

/** The extended attributes of inodes, sorted by name; inodes without any are left out. */
export function xattrsOf(
  image: string,
  inodes: readonly number[],
  folder: string,
): Map<number, (readonly [string, string])[]> {
  const lists = debugfs(
    image,
    inodes.map((n) => `ea_list <${n}>`),
    folder,
  );
  const values = inodes.flatMap((n, i) =>
    [...lists[i]!.matchAll(/^ {2}(.+?) \(\d+\)/gm)].map(([, name]) => ({
      n,
      name: plainName(name!),
    })),
  );
  const out = (i: number): string => join(folder, `value-${i}`);
  debugfs(
    image,
    values.map(({ n, name }, i) => `ea_get -f ${out(i)} <${n}> ${name}`),
    folder,
  );
  const found = new Map<number, (readonly [string, string])[]>();
  values.forEach(({ n, name }, i) => {
    found.set(n, [...(found.get(n) ?? []), [name, readFileSync(out(i), "latin1")]]);
  });
  for (const own of found.values()) own.sort(([a], [b]) => (a < b ? -1 : 1));
  return found;
}

/** Attribute names that are not ASCII come as hex digits, or with octal escapes if that is shorter. */
function plainName(shown: string): string {
  if (!/^([0-9a-f]{2} )+$/.test(shown)) {
    return shown.replace(/\\(\d{3})/g, (_, code) => String.fromCharCode(Number.parseInt(code, 8)));
  }
  return Buffer.from(shown.replaceAll(" ", ""), "hex").toString("latin1");
}

/** Reads what `stat` printed; what it does not tell is given. */
export function parseStat(
  text: string,
  inode: number,
  dump: Buffer | undefined,
  xattrs: Facts["xattrs"],
): Facts {
  const field = (pattern: RegExp): string => {
    const found = pattern.exec(text)?.[1];
    if (found === undefined) throw new Error(`debugfs says nothing like ${pattern}:\n${text}`);
    return found;
  };
  const type = field(/Type: (\S+(?: special)?)/);
  const fast = /Fast link dest: "(.*)"\n/s.exec(text)?.[1];
  // The time as debugfs reads it, with the epoch bits; of the raw words only the nanoseconds, which inodes of 128 bytes lack.
  const when = /mtime: 0x[0-9a-f]+(?::([0-9a-f]+))? -- (.*)/.exec(text)!;
  return {
    inode,
    type,
    mode: Number.parseInt(field(/Mode: +(\d+)/), 8),
    // debugfs prints ids as signed numbers.
    uid: Number(field(/User: +(-?\d+)/)) >>> 0,
    gid: Number(field(/Group: +(-?\d+)/)) >>> 0,
    size: Number(field(/Size: (\d+)/)),
    links: Number(field(/Links: (\d+)/)),
    sectors: Number(field(/Blockcount: (\d+)/)),
    mtime: Date.parse(`${when[2]} GMT`) / 1000,
    mtimeNs: Number.parseInt(when[1] ?? "0", 16) >>> 2,
    device: /Device major\/minor number: (\d+:\d+)/.exec(text)?.[1],
    content: fast === undefined ? dump : Buffer.from(fast, "latin1"),
    xattrs,
  };
}
