import { ContentError } from "../errors.ts";
import { firstOf } from "../tree/first-of.ts";
import { printable, shownName } from "../tree/shown-name.ts";
import { baseOf } from "../tree/tree-path.ts";
import type { Entry } from "../tree/types.ts";

/** Times and ids are numbers of 32 bits (Documentation/filesystems/squashfs.rst). */
const mostNumber = 2 ** 32 - 1;
const mostNameBytes = 256;
const mostTargetBytes = 65535;
/** Ids are kept in a table of as many. */
const mostIds = 65535;
const mostRefusals = 10;
const namespaces = ["user.", "trusted.", "security."];

/** Ends with what squashfs cannot hold, by path. */
export function demandFits(entries: readonly Entry[]): void {
  const refusals = entries.flatMap((entry) =>
    [...reasons(entry)].map((reason) => `${shownName(`/${entry.path}`)}: ${reason}`),
  );
  const ids = new Set(entries.flatMap(({ uid, gid }) => [uid, gid]));
  if (ids.size > mostIds)
    refusals.push(`it has ${ids.size} different owners and groups, the limit is ${mostIds}`);
  if (refusals.length === 0) return;
  throw new ContentError(
    ["squashfs cannot hold what is in the tree:", ...firstOf(refusals, mostRefusals)].join("\n  "),
    { hint: "change it in the Dockerfile, or leave it out by squashfs.exclude" },
  );
}

function* reasons(entry: Entry): Generator<string> {
  const { path, type, uid, gid, mtime, target = "", major = 0, minor = 0 } = entry;
  const name = baseOf(path);
  if (name.length > mostNameBytes)
    yield `its name has ${name.length} bytes, the limit is ${mostNameBytes}`;
  if (type === "symlink" && target.length > mostTargetBytes)
    yield `its target has ${target.length} bytes, the limit is ${mostTargetBytes}`;
  if (uid > mostNumber) yield `its owner is ${uid}, the limit is ${mostNumber}`;
  if (gid > mostNumber) yield `its group is ${gid}, the limit is ${mostNumber}`;
  if (mtime < 0 || mtime > mostNumber)
    yield `its time is ${mtime}, the limits are 0 and ${mostNumber}`;
  if (major > 0xfff || minor > 0xfffff)
    yield `its device is ${major}:${minor}, the limit is 4095:1048575`;
  for (const [attribute] of entry.xattrs ?? []) {
    if (!namespaces.some((namespace) => attribute.startsWith(namespace)))
      yield `it has the attribute "${printable(attribute)}", and squashfs holds those of ${namespaces.join(", ")} alone`;
    else if (/[%=]/.test(attribute))
      yield `it has the attribute "${printable(attribute)}", whose name mksquashfs would change`;
    // The root is no member of the stream that mksquashfs reads.
    else if (path === "")
      yield `it has the attribute "${printable(attribute)}", which the root cannot have`;
  }
}
