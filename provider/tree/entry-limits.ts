import { ContentError } from "../errors.ts";
import { firstOf } from "./first-of.ts";
import { shownName } from "./shown-name.ts";
import { baseOf } from "./tree-path.ts";
import type { Entry } from "./types.ts";

/** The largest number of 32 bits: an owner, a group, a time. */
export const mostNumber = 2 ** 32 - 1;
/** Linux: include/linux/kdev_t.h. */
const mostMajor = 2 ** 12 - 1;
const mostMinor = 2 ** 20 - 1;
const mostRefusals = 10;

/** Why an entry does not fit into a format of numbers of 32 bits, but for its time and its attributes. */
export function* entryReasons(
  { path, type, uid, gid, target = "", major = 0, minor = 0 }: Entry,
  most: { readonly nameBytes: number; readonly targetBytes: number },
): Generator<string> {
  const name = baseOf(path);
  if (name.length > most.nameBytes) yield tooMuch("its name", name.length, most.nameBytes);
  if (type === "symlink" && target.length > most.targetBytes)
    yield tooMuch("its target", target.length, most.targetBytes);
  if (uid > mostNumber) yield `its owner is ${uid}, the limit is ${mostNumber}`;
  if (gid > mostNumber) yield `its group is ${gid}, the limit is ${mostNumber}`;
  if (major > mostMajor || minor > mostMinor)
    yield `its device is ${major}:${minor}, the limit is ${mostMajor}:${mostMinor}`;
}

/** Why a time does not fit into 32 bits without a sign; nothing where it does. */
export function timeReason({ mtime }: Entry): string[] {
  const fits = mtime >= 0 && mtime <= mostNumber;
  return fits ? [] : [`its time is ${mtime}, the limits are 0 and ${mostNumber}`];
}

/** A size beyond a limit, in words. */
export function tooMuch(what: string, bytes: number, most: number): string {
  return `${what} has ${bytes} bytes, the limit is ${most}`;
}

/** Ends with what a filesystem cannot hold: its entries with their reasons, by path, and what is wrong with all of them. */
export function demandHeld(
  entries: readonly Entry[],
  filesystem: {
    readonly name: string;
    readonly hint: string;
    readonly reasons: (entry: Entry) => Iterable<string>;
    readonly ofAll?: readonly string[];
  },
): void {
  const { name, hint, reasons, ofAll = [] } = filesystem;
  const refusals = entries.flatMap((entry) =>
    [...reasons(entry)].map((reason) => `${shownName(`/${entry.path}`)}: ${reason}`),
  );
  refusals.push(...ofAll);
  if (refusals.length === 0) return;
  throw new ContentError(
    [`${name} cannot hold what is in the tree:`, ...firstOf(refusals, mostRefusals)].join("\n  "),
    { hint },
  );
}
