import { printable, shownText } from "../tree/shown-name.ts";
import type { Trace, TracedLayer, TracedVersion } from "./trace.ts";

/** A trace in lines for a terminal. */
export function traceText({ path, now, packages, shadows }: Trace): string {
  const lines = [`/${printable(path)}`];
  if (now) {
    lines.push(`  ${versionText(now)}`, `  from ${layerText(now.layer)}`);
    if (now.target !== undefined)
      lines.push(`  ${now.type === "link" ? "hard link to" : "leads to"} ${printable(now.target)}`);
    if (now.changedBy) lines.push(`  owner or mode changed by ${layerText(now.changedBy)}`);
  } else lines.push("  deleted by a later layer");
  if (packages.length > 0)
    lines.push(`  ${packages.length === 1 ? "package" : "packages"} ${packages.join(", ")}`);
  for (const version of shadows)
    lines.push(`  hides ${versionText(version)}`, `    from ${layerText(version.layer)}`);
  return lines.join("\n");
}

function versionText({ type, mode, uid, gid, size, digest }: TracedVersion): string {
  const what = `${type} ${mode.toString(8).padStart(4, "0")} ${uid}:${gid}`;
  return type === "directory" ? what : `${what}, ${size} bytes${digest ? `, ${digest}` : ""}`;
}

function layerText({ number, file, line, instruction }: TracedLayer): string {
  const at = file && line !== undefined ? `${file}:${line}, ` : "";
  return `${at}layer ${number}: ${shownText(instruction) || "a base image that tells no history"}`;
}
