import { entryReasons, timeReason, tooMuch } from "../tree/entry-limits.ts";
import { printable } from "../tree/shown-name.ts";
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
const most = { nameBytes: 255, targetBytes: mostPathBytes };

/** What the format cannot say of an entry, or the kernel would pass over without a word. */
export function cpioRefusals(entry: Entry, dropXattrs: ReadonlySet<string>): CpioRefusal[] {
  return [...reasons(entry, dropXattrs)].map((reason) => ({ path: entry.path, reason }));
}

function* reasons(entry: Entry, dropXattrs: ReadonlySet<string>): Generator<string> {
  const { path, type, size } = entry;
  if (path.length > mostPathBytes) yield tooMuch("its path", path.length, mostPathBytes);
  if (path === trailerName) yield "its name is what ends a cpio archive";
  if (type === "file" && size > mostNumber) yield tooMuch("it", size, mostNumber);
  yield* entryReasons(entry, most);
  yield* timeReason(entry);
  for (const [attribute] of entry.xattrs ?? [])
    if (!dropXattrs.has(attribute))
      yield `it has the attribute "${printable(attribute)}", which cpio cannot hold`;
}
