import { ContentError } from "../../errors.ts";
import type { ByteSource } from "../../store/vhd-view.ts";
import { bytesAt, bytesIfAny } from "./region.ts";
import { rockRidge } from "./rock-ridge.ts";
import { type FileEntry, pathList, type Volume } from "./volume.ts";

const sector = 2048;
const mostEntries = 1 << 20;
const mostFolderBytes = 16 << 20;
const pieceBytes = 1 << 20;

/** Opens an ISO 9660 medium, with Rock Ridge where it has it (ECMA-119; IEEE P1282); undefined where there is none. */
export async function openIso(source: ByteSource): Promise<Volume | undefined> {
  const volume = await bytesIfAny(source, 16 * sector, sector);
  if (volume?.toString("latin1", 1, 6) !== "CD001" || volume[0] !== 1) return undefined;
  const digits = volume.toString("latin1", 813, 829);
  const sizeBytes = volume.readUInt32LE(80) * sector;
  const root = volume.subarray(156, 190);
  return {
    type: "iso9660",
    label: volume.toString("latin1", 40, 72).trimEnd(),
    // blkid names a medium by the time of its making, in this form.
    uuid: /^\d{16}$/.test(digits) ? (digits.match(/^\d{4}|\d\d/g) ?? []).join("-") : "",
    sizeBytes,
    usedBytes: sizeBytes,
    list: () => listAll(source, extentOf(root)),
    content: (file) => contentOf(source, file),
  };
}

interface Extent {
  readonly sector: number;
  readonly bytes: number;
}

function extentOf(record: Buffer): Extent {
  return { sector: record.readUInt32LE(2), bytes: record.readUInt32LE(10) };
}

async function listAll(source: ByteSource, root: Extent): Promise<FileEntry[]> {
  const { entries, add } = pathList("ISO", mostEntries);
  add({ path: "", type: "directory", size: 0, at: root.sector });
  const waiting = [{ path: "", extent: root }];
  const seen = new Set<number>([root.sector]);
  for (let folder = waiting.shift(); folder; folder = waiting.shift()) {
    const { bytes } = folder.extent;
    if (bytes > mostFolderBytes) throw new ContentError("A folder of the ISO is damaged: its size");
    const all = await bytesAt(source, folder.extent.sector * sector, bytes);
    let large: { path: string; size: number; at: number } | undefined;
    for (const record of recordsIn(all)) {
      const found = await entryOf(source, record, folder.path);
      if (!found) continue;
      const extent = extentOf(record);
      // A file of 4 GiB and more has several records, all but the last with the bit for "more follows".
      const size = (large?.path === found.path ? large.size : 0) + found.size;
      const at = large?.path === found.path ? large.at : extent.sector;
      if (record[25]! & 0x80) {
        large = { path: found.path, size, at };
        continue;
      }
      large = undefined;
      add({ ...found, size, at });
      if (found.type !== "directory" || seen.has(extent.sector)) continue;
      seen.add(extent.sector);
      waiting.push({ path: found.path, extent });
    }
  }
  return entries;
}

/** The records of a folder; none crosses a sector, and what is left of one is zeros. */
function* recordsIn(folder: Buffer): Generator<Buffer> {
  for (let at = 0; at < folder.length; ) {
    const length = folder[at]!;
    if (length === 0) {
      at = (Math.floor(at / sector) + 1) * sector;
      continue;
    }
    if (length < 34 || at + length > folder.length) return;
    yield folder.subarray(at, at + length);
    at += length;
  }
}

async function entryOf(
  source: ByteSource,
  record: Buffer,
  folder: string,
): Promise<FileEntry | undefined> {
  const nameBytes = record[32]!;
  // The folder itself and the one above it.
  if (nameBytes === 1 && record[33]! <= 1) return undefined;
  const plain = record.toString("latin1", 33, 33 + nameBytes).replace(/\.?;\d+$/, "");
  const system = record.subarray(33 + nameBytes + (nameBytes % 2 === 0 ? 1 : 0));
  const more = await rockRidge(system, (at, length) => bytesAt(source, at, length));
  const name = (more.name ?? plain).replaceAll("/", "_");
  const isFolder = (record[25]! & 2) !== 0;
  const [y, month, day, hour, minute, second, zone] = record.subarray(18, 25);
  const type = isFolder ? "directory" : more.target === undefined ? "file" : "symlink";
  return {
    path: folder === "" ? name : `${folder}/${name}`,
    type,
    size: type === "file" ? record.readUInt32LE(10) : 0,
    mtime:
      Date.UTC(1900 + y!, month! - 1, day!, hour!, minute!, second!) / 1000 -
      ((zone! << 24) >> 24) * 900,
    ...(more.mode !== undefined && { mode: more.mode & 0xfff, uid: more.uid!, gid: more.gid! }),
    ...(more.target !== undefined && { target: more.target }),
  };
}

async function* contentOf(source: ByteSource, file: FileEntry): AsyncGenerator<Buffer> {
  const start = (file.at ?? 0) * sector;
  for (let at = 0; at < file.size; at += pieceBytes)
    yield await bytesAt(source, start + at, Math.min(pieceBytes, file.size - at));
}
