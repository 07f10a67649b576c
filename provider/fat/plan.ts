import { ContentError } from "../errors.ts";
import type { FatGeometry } from "../plan/fat-geometry.ts";
import { sectorBytes } from "../plan/layout.ts";
import type { Blob } from "../plan/table.ts";
import type { Entry, Tree } from "../tree/types.ts";
import { allocate, clusterOf, type Places } from "./allocate.ts";
import { backupSector, bootSector, type FatIdentity, freeCounts } from "./boot-sector.ts";
import { contentsOf, type Node } from "./contents.ts";
import { attributes, type DirectoryEntry, encodeEntry } from "./directory.ts";
import { encodeTable } from "./table.ts";

/** What decides a filesystem besides its tree. */
export interface FatOptions extends FatIdentity {
  readonly geometry: FatGeometry;
  /** Time of the volume label, in seconds since 1970. */
  readonly epochSeconds: number;
  /** The loader that the boot sector starts: it lies first and is hidden, as SYSLINUX does it. */
  readonly loader?: { readonly path: string; readonly bootSector: Uint8Array } | undefined;
}

/** A file's content and its place. */
export interface FatFile {
  readonly entry: Entry;
  readonly offsetBytes: number;
}

/** A FAT filesystem decided to the byte: what is not named here is zero. */
export interface FatPlan {
  readonly sizeBytes: number;
  readonly freeBytes: number;
  /** Boot sectors, tables and directories. */
  readonly meta: readonly Blob[];
  readonly files: readonly FatFile[];
  readonly sources: readonly string[];
  /** Sectors of 512 bytes, from the filesystem's first, that a file lies in. */
  sectorsOf(path: string): number[];
}

/** Plans a FAT filesystem: every file and directory in one piece, in the tree's order. Pure; what FAT cannot hold is refused by path. */
export function planFat(tree: Tree, options: FatOptions): FatPlan {
  const { geometry } = options;
  const nodes = contentsOf(tree);
  const places = allocate(nodes, options);
  const clusterBytes = geometry.sectorsPerCluster * sectorBytes;
  const offsetOf = (cluster: number) =>
    geometry.dataSector * sectorBytes + (cluster - 2) * clusterBytes;
  const rootOffset =
    geometry.rootEntries > 0
      ? geometry.dataSector * sectorBytes - geometry.rootEntries * 32
      : offsetOf(2);
  const directories = nodes.filter((node) => node.entry.type === "directory");
  const files = nodes.filter((node) => node.entry.type === "file" && node.entry.size > 0);
  return {
    sizeBytes: geometry.sectors * sectorBytes,
    freeBytes: places.freeClusters * clusterBytes,
    meta: [
      ...reserved(options, places),
      ...tables(geometry, places),
      ...directories.map((node) => ({
        offsetBytes: node.parent ? offsetOf(clusterOf(places, node)) : rootOffset,
        bytes: directory(node, places, options),
      })),
    ],
    files: files.map((node) => ({
      entry: node.entry,
      offsetBytes: offsetOf(clusterOf(places, node)),
    })),
    sources: tree.sources,
    sectorsOf: (path) => {
      const node = files.find(({ entry }) => entry.path === path);
      if (!node) throw new ContentError(`The filesystem has no file at "/${path}"`);
      const start = offsetOf(clusterOf(places, node)) / sectorBytes;
      const count = Math.ceil(node.entry.size / sectorBytes);
      return Array.from({ length: count }, (_, index) => start + index);
    },
  };
}

function reserved(options: FatOptions, { freeClusters, nextCluster }: Places): Blob[] {
  const { geometry, loader } = options;
  const first = bootSector(geometry, options, loader?.bootSector);
  if (geometry.type !== "fat32") return [{ offsetBytes: 0, bytes: first }];
  const unknown = 0xffffffff;
  const info = freeCounts(freeClusters, freeClusters > 0 ? nextCluster : unknown);
  const end = Buffer.alloc(sectorBytes);
  end.writeUInt16LE(0xaa55, 510);
  const bytes = Buffer.concat([first, info, end]);
  return [0, backupSector].map((sector) => ({ offsetBytes: sector * sectorBytes, bytes }));
}

function tables(geometry: FatGeometry, { chains }: Places): Blob[] {
  const bytes = encodeTable(geometry.type, chains);
  return [0, 1].map((copy) => ({
    offsetBytes: (geometry.reservedSectors + copy * geometry.fatSectors) * sectorBytes,
    bytes,
  }));
}

function directory(node: Node, places: Places, { label, epochSeconds, loader }: FatOptions) {
  const { entry, parent, children } = node;
  const base = { seconds: entry.mtime, size: 0, attributes: attributes.directory };
  const own: DirectoryEntry[] = parent
    ? [
        { ...base, short: ".".padEnd(11), cluster: clusterOf(places, node) },
        // The root is cluster 0 here, also where it has a number.
        { ...base, short: "..".padEnd(11), cluster: parent.parent ? clusterOf(places, parent) : 0 },
      ]
    : label === ""
      ? []
      : [
          {
            short: label.padEnd(11),
            attributes: attributes.volumeLabel,
            seconds: epochSeconds,
            cluster: 0,
            size: 0,
          },
        ];
  const listed = children.map((child) => listing(child, clusterOf(places, child), loader?.path));
  return Buffer.concat([...own, ...listed].map(encodeEntry));
}

function listing({ entry, short, long }: Node, cluster: number, loader?: string): DirectoryEntry {
  const { path, type, mode, mtime: seconds, size } = entry;
  const names = { short, ...(long === undefined ? {} : { long }) };
  if (type === "directory")
    return { ...names, attributes: attributes.directory, seconds, cluster, size: 0 };
  const marks =
    (mode & 0o222 ? 0 : attributes.readOnly) |
    (path === loader ? attributes.hidden | attributes.system : 0);
  return { ...names, attributes: attributes.archive | marks, seconds, cluster, size };
}
