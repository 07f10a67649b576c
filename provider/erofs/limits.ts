import { ContentError } from "../errors.ts";
import { firstOf } from "../tree/first-of.ts";
import { printable, shownName } from "../tree/shown-name.ts";
import { baseOf } from "../tree/tree-path.ts";
import type { Entry } from "../tree/types.ts";

/** Ids are numbers of 32 bits (fs/erofs/erofs_fs.h). */
const mostNumber = 2 ** 32 - 1;
const mostNameBytes = 255;
const mostTargetBytes = 4095;
const mostValueBytes = 65535;
const mostRefusals = 10;
const namespaces = ["user.", "trusted.", "security."];
const acls = ["system.posix_acl_access", "system.posix_acl_default"];

/** Ends with what erofs cannot hold, or mkfs.erofs cannot be told, by path. */
export function demandFits(entries: readonly Entry[]): void {
  const refusals = entries.flatMap((entry) =>
    [...reasons(entry)].map((reason) => `${shownName(`/${entry.path}`)}: ${reason}`),
  );
  if (refusals.length === 0) return;
  throw new ContentError(
    ["erofs cannot hold what is in the tree:", ...firstOf(refusals, mostRefusals)].join("\n  "),
    { hint: "change it in the Dockerfile" },
  );
}

function* reasons(entry: Entry): Generator<string> {
  const { path, type, uid, gid, mtime, mtimeNs, target = "", major = 0, minor = 0 } = entry;
  const name = baseOf(path);
  if (name.length > mostNameBytes)
    yield `its name has ${name.length} bytes, the limit is ${mostNameBytes}`;
  if (type === "symlink" && target.length > mostTargetBytes)
    yield `its target has ${target.length} bytes, the limit is ${mostTargetBytes}`;
  if (uid > mostNumber) yield `its owner is ${uid}, the limit is ${mostNumber}`;
  if (gid > mostNumber) yield `its group is ${gid}, the limit is ${mostNumber}`;
  if (mtime < 0 && mtimeNs > 0)
    yield `its time is ${mtimeNs} ns after ${mtime}: before 1970, mkfs.erofs reads whole seconds alone`;
  if (major > 0xfff || minor > 0xfffff)
    yield `its device is ${major}:${minor}, the limit is 4095:1048575`;
  for (const [attribute, value] of entry.xattrs ?? []) {
    const named = `it has the attribute "${printable(attribute)}"`;
    if (!acls.includes(attribute) && !namespaces.some((prefix) => attribute.startsWith(prefix)))
      yield `${named}, and erofs holds ACLs and those of ${namespaces.join(", ")} alone`;
    else if (/[%=]/.test(attribute)) yield `${named}, whose name mkfs.erofs would change`;
    else if (value.length > mostValueBytes)
      yield `${named} of ${value.length} bytes, the limit is ${mostValueBytes}`;
  }
}
