import type { Filesystem, Look, Part } from "../inspect/look.ts";
import { counted, inBytes } from "../print/amounts.ts";
import { partitionBarSvg } from "./partition-bar.ts";
import { textOf, textOfUtf16 } from "./text-of.ts";
import { treeMapSvg } from "./tree-map.ts";

const style = `
body { font: 14px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 76rem; padding: 0 1rem; color: #222; background: #fff }
h1 { font-size: 1.4rem } h2 { font-size: 1.1rem; margin-top: 2rem }
svg { width: 100%; height: auto; display: block } rect { stroke: #fff; stroke-width: 1 }
g:hover > rect { stroke: #000 } text { font: 11px system-ui, sans-serif; pointer-events: none }
code, pre { font: 12px/1.45 ui-monospace, monospace; overflow-wrap: anywhere; white-space: pre-wrap }`;

/** A look as one HTML page that needs nothing else: no script, no network, no font; names are text whatever they hold. */
export function pageOf(look: Look): string {
  const { image, sizeBytes, map, parts } = look;
  const object = image.object ? `<br><code>${image.object.kind} ${image.object.digest}</code>` : "";
  const table = map
    ? `<h2>Partitions: ${map.table} <code>${textOf(map.diskId)}</code></h2>\n${partitionBarSvg(look)}`
    : "";
  const sections = parts.flatMap((part) =>
    part.filesystem ? [section(part, part.filesystem)] : [],
  );
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>${textOfUtf16(image.name)}</title>
<style>${style}
</style>
</head>
<body>
<h1>${textOfUtf16(image.name)}</h1>
<p>${image.format}, ${inBytes(sizeBytes)}${object}</p>
${[table, ...sections].filter(Boolean).join("\n")}
</body>
</html>
`;
}

function section({ partition }: Part, filesystem: Filesystem): string {
  const { volume, entries, bootConfigs } = filesystem;
  const where = partition ? `Partition ${partition.number}: ` : "";
  const label = volume.label ? ` “${textOf(volume.label)}”` : "";
  const used = volume.usedBytes === undefined ? "" : `${inBytes(volume.usedBytes)} used of `;
  const count = entries?.length ?? volume.entryCount;
  const facts = [
    `${used}${inBytes(volume.sizeBytes)}`,
    ...(count === undefined ? [] : [counted(count, "entry", "entries")]),
    ...(volume.uuid ? [`<code>${textOf(volume.uuid)}</code>`] : []),
    ...(volume.remarks ?? []).map(textOfUtf16),
  ];
  const boot = bootConfigs.map(
    ({ path, lines }) =>
      `<p>starts by <code>/${textOf(path)}</code></p>${lines.length > 0 ? `<pre>${lines.map(textOf).join("\n")}</pre>` : ""}`,
  );
  return `<h2>${where}${textOf(volume.type)}${label}</h2>
<p>${facts.join(", ")}</p>
${[treeMapSvg(entries ?? []), textOfUtf16(filesystem.unreadable ?? ""), ...boot].filter(Boolean).join("\n")}`;
}
