import type { Entry, EntryType } from "../tree/types.ts";

/** A line of what unsquashfs must say, and the file whose bytes it then gives. */
export interface ExpectedLine {
  readonly path: string;
  /** The line's bytes without what follows: of a file whether it is sparse, of anything else its end. */
  readonly text: string;
  readonly file?: Entry;
}

/** What stands between the lines and the contents. */
export const dataMark = "#\n# START OF DATA - DO NOT MODIFY\n#\n";

/**
 * A tree as `unsquashfs -pf` describes it (squashfs-tools 4.6, "pseudo file definitions"): depth first, names in the order of their
 * bytes; a file at the first of its names, with the offset of its bytes among all that follow, a link at each other name.
 */
export function expectedLines(entries: readonly Entry[]): ExpectedLine[] {
  const byPath = new Map(entries.map((entry) => [entry.path, entry]));
  const first = new Map<Entry, string>();
  let offset = 0;
  return [...byPath.keys()].sort(depthFirst).flatMap((path): ExpectedLine[] => {
    let entry = byPath.get(path)!;
    while (entry.type === "link") entry = byPath.get(entry.target!)!;
    const name = path === "" ? "/" : escaped(path);
    const before = first.get(entry);
    if (before !== undefined) return [{ path, text: `${name} L ${escaped(before)}\n` }];
    first.set(entry, path);
    const { type, mode, uid, gid, mtime, size, target } = entry;
    // It says ids as signed numbers.
    const about = `${mtime} ${(type === "symlink" ? 0o777 : mode).toString(8)} ${uid | 0} ${gid | 0}`;
    const attributes = (entry.xattrs ?? []).map(([key, value]) => ({
      path,
      text: `${name} x ${key}=${shownValue(value)}\n`,
    }));
    if (type === "file") {
      const text = `${name} R ${about} ${size} ${offset} `;
      offset += size;
      return [{ path, text, file: entry }, ...attributes];
    }
    const text = {
      directory: `D ${about}`,
      symlink: `S ${about} ${target}`,
      fifo: `I ${about} f`,
      block: `B ${about} ${device(entry)}`,
      character: `C ${about} ${device(entry)}`,
    }[type as Exclude<EntryType, "file" | "link">];
    return [{ path, text: `${name} ${text}\n` }, ...attributes];
  });
}

/** The 32 bits of a device number (linux/kdev_t.h), which it takes for 16: all above the lowest 8 as the major. */
function device({ major = 0, minor = 0 }: Entry): string {
  const bits = ((minor & 0xff) | (major << 8) | ((minor & ~0xff) << 12)) >>> 0;
  return `${bits >>> 8} ${bits & 0xff}`;
}

/** As it is where all of it can be printed; else with a mark, and octal numbers for what cannot. */
function shownValue(value: string): string {
  if (/^[ -~]*$/.test(value)) return value;
  const octal = (byte: string) => `\\${byte.charCodeAt(0).toString(8).padStart(3, "0")}`;
  return `0t${value.replace(/[^ -~]|\\/g, octal)}`;
}

function escaped(path: string): string {
  return path.replace(/[\t-\r "\\]/g, "\\$&");
}

/** A directory's entries follow it at once, whatever other names begin with its own. */
function depthFirst(a: string, b: string): number {
  const [left, right] = [a, b].map((path) => path.replaceAll("/", "\0"));
  return left! < right! ? -1 : 1;
}
