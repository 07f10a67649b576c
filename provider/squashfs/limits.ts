import { demandHeld, entryReasons, timeReason } from "../tree/entry-limits.ts";
import { printable } from "../tree/shown-name.ts";
import type { Entry } from "../tree/types.ts";

/** Documentation/filesystems/squashfs.rst. */
const most = { nameBytes: 256, targetBytes: 65535 };
/** Ids are kept in a table of as many. */
const mostIds = 65535;
const namespaces = ["user.", "trusted.", "security."];

/** Ends with what squashfs cannot hold, by path. */
export function demandFits(entries: readonly Entry[]): void {
  const ids = new Set(entries.flatMap(({ uid, gid }) => [uid, gid]));
  demandHeld(entries, {
    name: "squashfs",
    hint: "change it in the Dockerfile, or leave it out by squashfs.exclude",
    reasons,
    ofAll:
      ids.size > mostIds
        ? [`it has ${ids.size} different owners and groups, the limit is ${mostIds}`]
        : [],
  });
}

function* reasons(entry: Entry): Generator<string> {
  yield* entryReasons(entry, most);
  yield* timeReason(entry);
  for (const [attribute] of entry.xattrs ?? []) {
    const named = `it has the attribute "${printable(attribute)}"`;
    if (!namespaces.some((namespace) => attribute.startsWith(namespace)))
      yield `${named}, and squashfs holds those of ${namespaces.join(", ")} alone`;
    else if (/[%=]/.test(attribute)) yield `${named}, whose name mksquashfs would change`;
    // The root is no member of the stream that mksquashfs reads.
    else if (entry.path === "") yield `${named}, which the root cannot have`;
  }
}
