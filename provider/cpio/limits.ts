import { printable } from "../tree/shown-name.ts";
import { baseOf } from "../tree/tree-path.ts";
import type { Entry } from "../tree/types.ts";
import { mostNumber, trailerName } from "./newc.ts";

/** An entry that cannot be in an initramfs, and why. */
export interface CpioRefusal {
  /** As in the tree: latin1, no leading slash. */
  readonly path: string;
  readonly reason: string;
}

/** The kernel passes over names and targets from PATH_MAX on, with their zero byte (init/initramfs.c). */
const mostPathBytes = 4095;
const mostNameBytes = 255;
/** Linux: include/linux/kdev_t.h. */
const mostMajor = 2 ** 12 - 1;
const mostMinor = 2 ** 20 - 1;

/** What the format cannot say of an entry, or the kernel would pass over without a word. */
export function cpioRefusals(entry: Entry, dropXattrs: ReadonlySet<string>): CpioRefusal[] {
  return [...reasons(entry, dropXattrs)].map((reason) => ({ path: entry.path, reason }));
}

function* reasons(entry: Entry, dropXattrs: ReadonlySet<string>): Generator<string> {
  const { path, type, uid, gid, mtime, size, target = "", major = 0, minor = 0 } = entry;
  if (path.length > mostPathBytes) yield tooMuch("its path", path.length, mostPathBytes);
  const name = baseOf(path);
  if (name.length > mostNameBytes) yield tooMuch("its name", name.length, mostNameBytes);
  if (path === trailerName) yield "its name is what ends a cpio archive";
  if (type === "file" && size > mostNumber) yield tooMuch("it", size, mostNumber);
  if (type === "symlink" && target.length > mostPathBytes)
    yield tooMuch("its target", target.length, mostPathBytes);
  if (uid > mostNumber) yield `its owner is ${uid}, the limit is ${mostNumber}`;
  if (gid > mostNumber) yield `its group is ${gid}, the limit is ${mostNumber}`;
  if (mtime < 0 || mtime > mostNumber)
    yield `its time is ${mtime}, the limits are 0 and ${mostNumber}`;
  if (major > mostMajor || minor > mostMinor)
    yield `its device is ${major}:${minor}, the limit is ${mostMajor}:${mostMinor}`;
  for (const [attribute] of entry.xattrs ?? [])
    if (!dropXattrs.has(attribute))
      yield `it has the attribute "${printable(attribute)}", which cpio cannot hold`;
}

function tooMuch(what: string, bytes: number, most: number): string {
  return `${what} has ${bytes} bytes, the limit is ${most}`;
}
