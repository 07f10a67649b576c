import { ContentError } from "../../errors.ts";
import type { ByteSource } from "../../store/vhd-view.ts";
import { shownName } from "../../tree/shown-name.ts";
import { type FatName, fatNames } from "./fat-names.ts";
import { bytesAt, bytesIfAny } from "./region.ts";
import { type FileEntry, pathList, type Volume } from "./volume.ts";

/** Larger tables than any of FAT32 with clusters of 32 KiB on 256 GiB. */
const mostTableBytes = 64 << 20;
const mostEntries = 1 << 20;

/** What the boot sector says (Microsoft, "FAT: General Overview of On-Disk Format" 1.03). */
interface Shape {
  readonly type: "fat12" | "fat16" | "fat32";
  readonly clusterBytes: number;
  readonly clusters: number;
  readonly dataOffset: number;
  readonly rootOffset: number;
  readonly rootBytes: number;
  readonly rootCluster: number;
  readonly tableOffset: number;
  readonly tableBytes: number;
}

/** Opens a FAT12, FAT16 or FAT32; undefined where there is none. */
export async function openFat(source: ByteSource): Promise<Volume | undefined> {
  const boot = await bytesIfAny(source, 0, 512);
  const shape = boot && shapeOf(boot);
  if (!boot || !shape) return undefined;
  const at = shape.type === "fat32" ? 67 : 39;
  const serial = boot.readUInt32LE(at).toString(16).toUpperCase().padStart(8, "0");
  const inBoot = boot.toString("latin1", at + 4, at + 15).trim();
  const said = {
    type: shape.type,
    label: inBoot === "NO NAME" ? "" : inBoot,
    uuid: `${serial.slice(0, 4)}-${serial.slice(4)}`,
    sizeBytes: totalSectors(boot) * boot.readUInt16LE(11),
  };
  try {
    const table = await bytesAt(source, shape.tableOffset, shape.tableBytes);
    const named = (await names(source, shape, table, undefined)).find(({ isLabel }) => isLabel);
    return {
      ...said,
      ...(named && { label: named.name }),
      usedBytes: usedClusters(shape, table) * shape.clusterBytes,
      list: () => listAll(source, shape, table),
      content: (file) => contentOf(source, shape, table, file),
    };
  } catch (error) {
    // What is damaged is told of by who lists it, beside what its boot sector says.
    if (error instanceof ContentError) return { ...said, list: () => Promise.reject(error) };
    throw error;
  }
}

/** How many clusters are in use; those that a boot sector names behind the table's end are in none. */
function usedClusters(shape: Shape, table: Buffer): number {
  const known = Math.min(shape.clusters + 2, table.length);
  let used = 0;
  for (let i = 2; i < known; i++) if (next(shape, table, i) !== 0) used++;
  return used;
}

function totalSectors(boot: Buffer): number {
  return boot.readUInt16LE(19) || boot.readUInt32LE(32);
}

function shapeOf(boot: Buffer): Shape | undefined {
  const sectorBytes = boot.readUInt16LE(11);
  const perCluster = boot[13]!;
  const reserved = boot.readUInt16LE(14);
  const tables = boot[16]!;
  const rootBytes = boot.readUInt16LE(17) * 32;
  const tableSectors = boot.readUInt16LE(22) || boot.readUInt32LE(36);
  const powerOfTwo = (n: number) => n > 0 && (n & (n - 1)) === 0;
  const plausible =
    boot.readUInt16LE(510) === 0xaa55 &&
    powerOfTwo(sectorBytes) &&
    sectorBytes >= 512 &&
    sectorBytes <= 4096 &&
    powerOfTwo(perCluster) &&
    reserved > 0 &&
    (tables === 1 || tables === 2) &&
    (boot[21]! >= 0xf8 || boot[21] === 0xf0) &&
    tableSectors > 0 &&
    tableSectors * sectorBytes <= mostTableBytes;
  if (!plausible) return undefined;
  const rootSectors = Math.ceil(rootBytes / sectorBytes);
  const dataSector = reserved + tables * tableSectors + rootSectors;
  const clusters = Math.floor((totalSectors(boot) - dataSector) / perCluster);
  if (clusters <= 0) return undefined;
  const type = clusters < 4085 ? "fat12" : clusters < 65525 ? "fat16" : "fat32";
  return {
    type,
    clusters,
    clusterBytes: perCluster * sectorBytes,
    dataOffset: dataSector * sectorBytes,
    rootOffset: (dataSector - rootSectors) * sectorBytes,
    rootBytes,
    rootCluster: type === "fat32" ? boot.readUInt32LE(44) : 0,
    tableOffset: reserved * sectorBytes,
    tableBytes: tableSectors * sectorBytes,
  };
}

/** The table's word for a cluster. */
function next({ type }: Shape, table: Buffer, cluster: number): number {
  const at = type === "fat12" ? cluster + (cluster >> 1) : cluster * (type === "fat16" ? 2 : 4);
  if (at + (type === "fat32" ? 4 : 2) > table.length) return 0;
  if (type === "fat32") return table.readUInt32LE(at) & 0x0fffffff;
  const word = table.readUInt16LE(at);
  if (type === "fat16") return word;
  return cluster & 1 ? word >> 4 : word & 0xfff;
}

/** The clusters of a chain; one that comes back to itself is damaged. */
function* chain(shape: Shape, table: Buffer, first: number): Generator<number> {
  let left = shape.clusters;
  for (let at = first; at >= 2 && at < shape.clusters + 2; at = next(shape, table, at)) {
    if (left-- === 0) throw new ContentError("The FAT is damaged: a chain of clusters has no end");
    yield at;
  }
}

async function names(
  source: ByteSource,
  shape: Shape,
  table: Buffer,
  folder: number | undefined,
): Promise<FatName[]> {
  const isFixedRoot = folder === undefined && shape.rootCluster === 0;
  if (isFixedRoot) return fatNames(await bytesAt(source, shape.rootOffset, shape.rootBytes));
  const pieces: Buffer[] = [];
  for (const cluster of chain(shape, table, folder ?? shape.rootCluster)) {
    pieces.push(await bytesAt(source, offsetOf(shape, cluster), shape.clusterBytes));
    // A folder has at most 65,536 entries of 32 bytes.
    if (pieces.length * shape.clusterBytes > 65536 * 32) break;
  }
  return fatNames(Buffer.concat(pieces));
}

function offsetOf({ dataOffset, clusterBytes }: Shape, cluster: number): number {
  return dataOffset + (cluster - 2) * clusterBytes;
}

async function listAll(source: ByteSource, shape: Shape, table: Buffer): Promise<FileEntry[]> {
  const { entries, add } = pathList("FAT", mostEntries);
  add({ path: "", type: "directory", size: 0 });
  const waiting: { path: string; cluster: number | undefined }[] = [
    { path: "", cluster: undefined },
  ];
  const seen = new Set<number>();
  for (let folder = waiting.shift(); folder; folder = waiting.shift()) {
    for (const { name, isLabel, isFolder, cluster, size, mtime } of await names(
      source,
      shape,
      table,
      folder.cluster,
    )) {
      if (isLabel || name === "." || name === "..") continue;
      const path = folder.path === "" ? name : `${folder.path}/${name}`;
      if (isFolder) {
        if (seen.has(cluster)) continue;
        seen.add(cluster);
        waiting.push({ path, cluster });
      }
      add({
        path,
        type: isFolder ? "directory" : "file",
        size: isFolder ? 0 : size,
        mtime,
        at: cluster,
      });
    }
  }
  return entries;
}

async function* contentOf(
  source: ByteSource,
  shape: Shape,
  table: Buffer,
  file: FileEntry,
): AsyncGenerator<Buffer> {
  let left = file.size;
  for (const cluster of chain(shape, table, file.at ?? 0)) {
    if (left === 0) return;
    const length = Math.min(left, shape.clusterBytes);
    yield await bytesAt(source, offsetOf(shape, cluster), length);
    left -= length;
  }
  if (left > 0)
    throw new ContentError(`${shownName(`/${file.path}`)} ends before its ${file.size} bytes`);
}
