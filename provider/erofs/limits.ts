import { demandHeld, entryReasons } from "../tree/entry-limits.ts";
import { printable } from "../tree/shown-name.ts";
import type { Entry } from "../tree/types.ts";

/** fs/erofs/erofs_fs.h. */
const most = { nameBytes: 255, targetBytes: 4095 };
const mostValueBytes = 65535;
const namespaces = ["user.", "trusted.", "security."];
const acls = ["system.posix_acl_access", "system.posix_acl_default"];

/** Ends with what erofs cannot hold, or mkfs.erofs cannot be told, by path. */
export function demandFits(entries: readonly Entry[]): void {
  demandHeld(entries, { name: "erofs", hint: "change it in the Dockerfile", reasons });
}

function* reasons(entry: Entry): Generator<string> {
  yield* entryReasons(entry, most);
  const { mtime, mtimeNs, xattrs = [] } = entry;
  if (mtime < 0 && mtimeNs > 0)
    yield `its time is ${mtimeNs} ns after ${mtime}: before 1970, mkfs.erofs reads whole seconds alone`;
  for (const [attribute, value] of xattrs) {
    const named = `it has the attribute "${printable(attribute)}"`;
    if (!acls.includes(attribute) && !namespaces.some((prefix) => attribute.startsWith(prefix)))
      yield `${named}, and erofs holds ACLs and those of ${namespaces.join(", ")} alone`;
    else if (/[%=]/.test(attribute)) yield `${named}, whose name mkfs.erofs would change`;
    else if (value.length > mostValueBytes)
      yield `${named} of ${value.length} bytes, the limit is ${mostValueBytes}`;
  }
}
