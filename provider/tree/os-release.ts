import { readTreeFile } from "./read-file.ts";
import type { SourcePath, Tree } from "./types.ts";

/** What an image says it is (os-release(5)); empty where it says nothing. */
export interface OsRelease {
  readonly id: string;
  readonly versionId: string;
  readonly prettyName: string;
}

/** Reads the assignments of an os-release file, their shell quoting undone. */
export function parseOsRelease(text: string): OsRelease {
  const values = new Map<string, string>();
  for (const line of text.split("\n")) {
    const match = /^([A-Z0-9_]+)=(.*)$/.exec(line.trim());
    if (match) values.set(match[1]!, unquoted(match[2]!));
  }
  const value = (key: string) => values.get(key) ?? "";
  return {
    id: value("ID"),
    versionId: value("VERSION_ID"),
    prettyName: value("PRETTY_NAME"),
  };
}

/** What the system in a tree says it is: /etc/os-release, else /usr/lib/os-release. */
export async function readOsRelease(tree: Tree, sourcePath: SourcePath): Promise<OsRelease> {
  const bytes =
    (await readTreeFile(tree, "etc/os-release", sourcePath)) ??
    (await readTreeFile(tree, "usr/lib/os-release", sourcePath));
  return parseOsRelease(bytes?.toString() ?? "");
}

function unquoted(value: string): string {
  const quote = value[0];
  if (quote === "'" && value.endsWith("'") && value.length > 1) return value.slice(1, -1);
  const inner =
    quote === '"' && value.endsWith('"') && value.length > 1 ? value.slice(1, -1) : value;
  return inner.replace(/\\(["'$`\\])/g, "$1");
}
