import { nameText } from "../manifest/names.ts";
import type { Entry } from "../tree/types.ts";
import type { Finding } from "./findings.ts";
import { leftBehindRules } from "./left-behind-rules.ts";

/** Reads the text of an entry; undefined when it is too large to be what a rule looks for. */
export type ReadText = (entry: Entry) => Promise<string | undefined>;

/** What is left in a tree that no image may carry. */
export async function leftBehind(entries: Iterable<Entry>, read: ReadText): Promise<Finding[]> {
  const found: Finding[] = [];
  for (const entry of entries) {
    // Another name of a file has no size of its own.
    if (entry.type !== "link" && (entry.type !== "file" || entry.size === 0)) continue;
    for (const { paths, content, ...finding } of leftBehindRules) {
      if (!paths.test(entry.path)) continue;
      if (content && !content.test((await read(entry)) ?? "")) continue;
      found.push({ path: `/${nameText(entry.path)}`, ...finding });
    }
  }
  return found;
}
