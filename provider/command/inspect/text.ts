import { printable } from "../../tree/shown-name.ts";
import { counted, inBytes } from "../print/amounts.ts";
import { formatTable } from "../print/table.ts";
import { biggestPaths } from "./biggest.ts";
import type { Filesystem, Look, Part } from "./look.ts";

const sectorBytes = 512;

/** What inspect prints. */
export function lookText(look: Look, paths: number): string {
  const { image, sizeBytes, map, parts } = look;
  const what = image.object ? `${image.object.kind} ${image.object.digest}` : printable(image.name);
  const lines = [`${what}: ${image.format}, ${inBytes(sizeBytes)}`];
  if (map) {
    const code = map.bootCode ? ", boot code in the first sector" : "";
    lines.push(`partition table ${map.table} ${map.diskId}${code}`, "", mapTable(look));
  }
  for (const part of parts)
    if (part.filesystem) lines.push("", ...partText(part, part.filesystem, paths));
  if (!parts.some(({ filesystem }) => filesystem)) lines.push("no filesystem that is known here");
  return lines.join("\n");
}

function mapTable({ parts }: Look): string {
  const columns = [
    { title: "#", right: true },
    { title: "name" },
    { title: "type" },
    { title: "start", right: true },
    { title: "sectors", right: true },
    { title: "size", right: true },
    { title: "boot" },
    { title: "filesystem" },
  ];
  const rows = parts.flatMap(({ partition, filesystem }) =>
    partition
      ? [
          [
            String(partition.number),
            printable(Buffer.from(partition.name).toString("latin1")),
            partition.type,
            String(partition.offsetBytes / sectorBytes),
            String(partition.sizeBytes / sectorBytes),
            inBytes(partition.sizeBytes),
            partition.bootable ? "*" : "",
            filesystem ? summary(filesystem) : "",
          ],
        ]
      : [],
  );
  return formatTable(columns, rows);
}

/** A filesystem in a few words: its type and label. */
export function summary({ volume: { type, label } }: Filesystem): string {
  return label === "" ? type : `${type} "${printable(label)}"`;
}

function partText({ partition }: Part, filesystem: Filesystem, paths: number): string[] {
  const { volume, entries, bootConfigs } = filesystem;
  const where = partition ? `partition ${partition.number}: ` : "";
  const used = volume.usedBytes === undefined ? "" : `${inBytes(volume.usedBytes)} used of `;
  const count = entries?.length ?? volume.entryCount;
  const facts = [
    summary(filesystem),
    ...(volume.uuid ? [volume.uuid] : []),
    `${used}${inBytes(volume.sizeBytes)}`,
    ...(count === undefined ? [] : [counted(count, "entry", "entries")]),
    ...(volume.remarks ?? []),
  ];
  const biggest = biggestPaths(entries ?? [], paths).map(({ path, isFolder, bytes }) => [
    "",
    inBytes(bytes),
    `/${printable(path)}${isFolder ? "/" : ""}`,
  ]);
  return [
    `${where}${facts.join(", ")}`,
    ...(entries ? [] : unlisted(filesystem)),
    ...(biggest.length > 0
      ? [formatTable([{ title: "" }, { title: "size", right: true }, { title: "path" }], biggest)]
      : []),
    ...bootConfigs.flatMap(({ path, lines }) => [
      `  starts by /${printable(path)}`,
      ...lines.map((line) => `    ${printable(line)}`),
    ]),
  ];
}

function unlisted({ unreadable }: Filesystem): string[] {
  const why = unreadable ?? "this program does not read the format";
  return `its paths are not listed: ${why}`.split("\n").map((line) => `  ${line}`);
}
