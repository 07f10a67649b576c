import { printable } from "../../tree/shown-name.ts";
import type { Look } from "../inspect/look.ts";
import { inBytes } from "../print/amounts.ts";
import { utf8Of } from "../print/names.ts";
import { chunksWithin } from "./blocks.ts";
import { type Comparison, isSame, partName } from "./compare.ts";
import type { FileChange } from "./files.ts";
import type { PackageChange } from "./packages.ts";

/** What diff prints; of each list at most so many lines. */
export function comparisonText(comparison: Comparison, after: Look, limit: number): string {
  const { packages, filesystems, only, blocks } = comparison;
  const lines: string[] = [];
  if (packages.length > 0)
    lines.push(`packages: ${tally(packages.map(kindOf))}`, few(packages.map(packageLine), limit));
  for (const { name, files } of filesystems) {
    if (files.length === 0) continue;
    const where = filesystems.length > 1 ? ` in ${shown(name)}` : "";
    lines.push(
      `files${where}: ${tally(files.map(({ change }) => change))}`,
      few(files.map(fileLine), limit),
    );
  }
  for (const { side, name } of only)
    lines.push(
      side === "unread"
        ? `${shown(name)}: its paths cannot be read here, only its blocks`
        : `${shown(name)} is only in ${side === "a" ? "the first" : "the second"}`,
    );
  if (blocks && blocks.differing > 0) {
    lines.push(
      `blocks: ${blocks.differing} of ${blocks.chunks} chunks of 64 KiB differ, ${inBytes(blocks.differing * 65536)}`,
    );
    for (const part of after.parts) {
      if (!part.partition) continue;
      const { offsetBytes, sizeBytes } = part.partition;
      const count = chunksWithin(blocks, offsetBytes, offsetBytes + sizeBytes);
      if (count > 0) lines.push(`  ${shown(partName(part))}: ${count}`);
    }
  }
  if (isSame(comparison)) lines.push("the same");
  return lines.join("\n");
}

/** What diff prints for programs. */
export function comparisonJson({ packages, filesystems, only, blocks }: Comparison): unknown {
  return {
    packages,
    filesystems: filesystems.map(({ name, files }) => ({
      name,
      files: files.map(({ path, change, attributes, before, after }) => ({
        path: `/${utf8Of(path)}`,
        change,
        ...(change === "changed" && { attributes }),
        ...(before && { sizeBefore: before.size }),
        ...(after && { sizeAfter: after.size }),
      })),
    })),
    only,
    ...(blocks && { blocks: { chunkBytes: 65536, ...blocks } }),
  };
}

const marks = { added: "+", removed: "-", changed: "~" } as const;

function kindOf({ before, after }: PackageChange): keyof typeof marks {
  return before === undefined ? "added" : after === undefined ? "removed" : "changed";
}

function packageLine(change: PackageChange): string {
  const versions = [change.before, change.after].filter((version) => version !== undefined);
  return `  ${marks[kindOf(change)]} ${shown(change.name)} ${shown(versions.join(" → "))}`;
}

function fileLine({ path, change, attributes, before, after }: FileChange): string {
  const at = `  ${marks[change]} /${printable(path)}`;
  if (change === "changed") {
    const sizes = before?.size === after?.size ? "" : ` (${before?.size} → ${after?.size} bytes)`;
    return `${at}: ${attributes.join(", ")}${sizes}`;
  }
  const entry = before ?? after;
  return entry?.type === "file" ? `${at} (${entry.size} bytes)` : `${at} (${entry?.type})`;
}

function tally(changes: readonly (keyof typeof marks)[]): string {
  return (["added", "removed", "changed"] as const)
    .map((kind) => ({ kind, count: changes.filter((change) => change === kind).length }))
    .filter(({ count }) => count > 0)
    .map(({ kind, count }) => `${count} ${kind}`)
    .join(", ");
}

function few(lines: readonly string[], limit: number): string {
  const more = lines.length - limit;
  return [...lines.slice(0, limit), ...(more > 0 ? [`  and ${more} more (--limit)`] : [])].join(
    "\n",
  );
}

/** Text of the image's maker, as one harmless line. */
function shown(text: string): string {
  return printable(Buffer.from(text).toString("latin1")).replaceAll('\\"', '"');
}
