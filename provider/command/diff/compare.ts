import { ContentError } from "../../errors.ts";
import { shownText } from "../../tree/shown-name.ts";
import type { Filesystem, Look, Part } from "../inspect/look.ts";
import { type BlockChange, compareBlocks } from "./blocks.ts";
import { compareFiles, type FileChange } from "./files.ts";
import { comparePackages, type PackageChange, packagesOf } from "./packages.ts";

/** Two filesystems that stand for each other, and what differs in them. */
export interface FilesystemChange {
  /** `partition 2 "root"`, or `the whole`. */
  readonly name: string;
  readonly files: readonly FileChange[];
}

/** Everything that differs between two images. */
export interface Comparison {
  readonly packages: readonly PackageChange[];
  readonly filesystems: readonly FilesystemChange[];
  /** Names of filesystems that only one has, or that cannot be listed. */
  readonly only: readonly { readonly side: "a" | "b" | "unread"; readonly name: string }[];
  /** Absent where one of them is a tree, which has no blocks. */
  readonly blocks?: BlockChange;
}

/** Compares two images that were looked at. */
export async function compareLooks(
  a: Look,
  b: Look,
  watch: { signal: AbortSignal; progress: (text: string) => void },
): Promise<Comparison> {
  const { pairs, only } = pairUp(a, b);
  const filesystems: FilesystemChange[] = [];
  const packages: PackageChange[] = [];
  const unread: Comparison["only"][number][] = [];
  for (const [old, now] of pairs) {
    const name = partName(now);
    const [before, after] = [old.filesystem, now.filesystem];
    if (!before?.entries || !after?.entries) {
      unread.push({ side: "unread", name });
      continue;
    }
    packages.push(...comparePackages(await packagesOf(before), await packagesOf(after)));
    filesystems.push({ name, files: await compareFiles(before, after, watch) });
  }
  const [x, y] = [a.image.source, b.image.source];
  // Not "the same": nothing of it was compared.
  if (unread.length > 0 && !(x && y))
    throw new ContentError(
      `${unread.map(({ name }) => shownText(name)).join(", ")} cannot be compared: its paths cannot be read here, and a tree has no blocks`,
      { hint: "compare two disks, or two trees" },
    );
  const blocks = x && y ? { blocks: await compareBlocks(x, y, watch) } : {};
  return { packages, filesystems, only: [...only, ...unread], ...blocks };
}

/** What a part is called. */
export function partName({ partition }: Part): string {
  if (!partition) return "the whole";
  return `partition ${partition.number}${partition.name ? ` "${partition.name}"` : ""}`;
}

/** True when nothing differs. */
export function isSame({ packages, filesystems, only, blocks }: Comparison): boolean {
  const missing = only.some(({ side }) => side !== "unread");
  const files = filesystems.some((filesystem) => filesystem.files.length > 0);
  return packages.length === 0 && !files && !missing && !blocks?.differing;
}

/** Parts with a filesystem by their names, else their numbers; one filesystem alone stands for the largest of the other. */
function pairUp(a: Look, b: Look): { pairs: [Part, Part][]; only: Comparison["only"][number][] } {
  const [olds, news] = [withFiles(a), withFiles(b)];
  if (olds.length === 1 || news.length === 1) {
    const [old, now] = [largest(olds), largest(news)];
    if (old && now && !(old.partition && now.partition)) return { pairs: [[old, now]], only: [] };
  }
  const pairs: [Part, Part][] = [];
  const only: Comparison["only"][number][] = [];
  const left = new Set(news);
  for (const old of olds) {
    const now = news.find((part) => left.has(part) && keyOf(part) === keyOf(old));
    if (now) {
      left.delete(now);
      pairs.push([old, now]);
    } else only.push({ side: "a", name: partName(old) });
  }
  return {
    pairs,
    only: [...only, ...[...left].map((part) => ({ side: "b" as const, name: partName(part) }))],
  };
}

function withFiles({ parts }: Look): Part[] {
  return parts.filter(({ filesystem }) => filesystem);
}

function keyOf({ partition }: Part): string {
  return partition?.name || String(partition?.number ?? "");
}

function largest(parts: readonly Part[]): Part | undefined {
  const count = ({ filesystem }: { filesystem?: Filesystem }) => filesystem?.entries?.length ?? 0;
  return [...parts].sort((a, b) => count(b) - count(a))[0];
}
