import { readFile } from "node:fs/promises";
import { join } from "node:path";

/** What is compared of a path; what a directory's size and a single link's names would say is left out. */
export interface Listed {
  /** Type and permission bits, octal. */
  readonly mode: string;
  readonly owner: string;
  readonly size?: number | undefined;
  readonly mtime: number;
  readonly device?: string | undefined;
  readonly target?: string | undefined;
  readonly sha256?: string | undefined;
  readonly xattrs?: readonly string[] | undefined;
  /** Every path of the inode, where it has more than one. */
  readonly names?: readonly string[] | undefined;
}

/** Paths without a leading slash, the root as ""; bytes as latin1. */
export type Listing = Map<string, Listed>;

const typeBits = 0o170000;
const isDirectory = (mode: number) => (mode & typeBits) === 0o040000;
const isDevice = (mode: number) => [0o020000, 0o060000].includes(mode & typeBits);

/** One path as a tool says it: the mode with its type bits. */
export interface RawEntry {
  readonly path: string;
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly size: number;
  readonly mtime: number;
  readonly inode: number;
  readonly major: number;
  readonly minor: number;
}

/** What is told by path beside the entries. */
export interface ByPath {
  readonly symlinks: ReadonlyMap<string, string>;
  readonly checksums: ReadonlyMap<string, string>;
  readonly xattrs: ReadonlyMap<string, readonly string[]>;
}

/** Puts together what tools said of a tree. */
export function listingOf(entries: readonly RawEntry[], byPath: ByPath): Listing {
  const names = new Map<number, string[]>();
  for (const { inode, path } of entries) names.set(inode, [...(names.get(inode) ?? []), path]);
  return new Map(
    entries.map((entry) => {
      const { path, mode, uid, gid, size, mtime, inode, major, minor } = entry;
      const own = names.get(inode) ?? [];
      const listed: Listed = {
        mode: mode.toString(8),
        owner: `${uid}:${gid}`,
        size: isDirectory(mode) ? undefined : size,
        mtime,
        device: isDevice(mode) ? `${major}:${minor}` : undefined,
        target: byPath.symlinks.get(path),
        sha256: byPath.checksums.get(path),
        xattrs: byPath.xattrs.get(path),
        names: own.length > 1 ? own.sort() : undefined,
      };
      return [path, listed];
    }),
  );
}

/** Reads what the script list-tree wrote into a folder. */
export async function readListing(folder: string): Promise<Listing> {
  const read = (file: string) => readFile(join(folder, file), "latin1");
  const entries = inGroups(await read("entries"), 9).map((fields) => {
    const [uid, gid, size, mtime, inode] = fields.slice(1, 6).map(Number);
    const [mode, major, minor] = [fields[0], fields[6], fields[7]].map((f) => parseInt(f!, 16));
    const path = plainPath(fields[8]!);
    return { path, mode, uid, gid, size, mtime, inode, major, minor } as RawEntry;
  });
  return listingOf(entries, {
    symlinks: parseSymlinks(await read("symlinks")),
    checksums: parseChecksums(await read("checksums")),
    xattrs: parseXattrs(await read("xattrs")),
  });
}

/** `find -printf '%p\0%l\0'`. */
export function parseSymlinks(text: string): Map<string, string> {
  return new Map(inGroups(text, 2).map(([path, target]) => [plainPath(path!), target!]));
}

/** `sha256sum --zero`. */
export function parseChecksums(text: string): Map<string, string> {
  return new Map(
    inGroups(text, 1).map(([line]) => [plainPath(line!.slice(66)), line!.slice(0, 64)]),
  );
}

/** `getfattr --dump --encoding=hex`. */
function parseXattrs(text: string): Map<string, string[]> {
  return new Map(
    text
      .split("\n\n")
      .filter(Boolean)
      .map((block) => {
        const [file, ...attributes] = block.split("\n");
        const path = file!
          .slice("# file: ".length)
          .replace(/\\(\d{3})/g, (_, octal) => String.fromCharCode(parseInt(octal, 8)));
        return [plainPath(path), attributes.sort()];
      }),
  );
}

function inGroups(text: string, size: number): string[][] {
  const fields = text.split("\0");
  if (fields.pop() !== "" || fields.length % size !== 0)
    throw new Error(`A listing of ${fields.length} fields is not one of ${size} each`);
  return Array.from({ length: fields.length / size }, (_, i) =>
    fields.slice(i * size, (i + 1) * size),
  );
}

function plainPath(path: string): string {
  return path === "." ? "" : path.replace(/^\.\//, "");
}

/** Every way in which two listings differ, in words. */
export function differences(expected: Listing, actual: Listing): string[] {
  const found: string[] = [];
  for (const path of new Set([...expected.keys(), ...actual.keys()])) {
    const [wanted, got] = [expected.get(path), actual.get(path)];
    if (!wanted || !got) found.push(`/${path} is ${wanted ? "missing" : "not expected"}`);
    else
      for (const key of new Set([...Object.keys(wanted), ...Object.keys(got)]) as Set<keyof Listed>)
        if (JSON.stringify(wanted[key]) !== JSON.stringify(got[key]))
          found.push(
            `/${path}: ${key} is ${JSON.stringify(got[key])}, not ${JSON.stringify(wanted[key])}`,
          );
  }
  return found;
}
