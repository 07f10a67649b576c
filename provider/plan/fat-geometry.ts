import type { FatType } from "./fat-type.ts";
import { sectorBytes } from "./layout.ts";

/** Where everything lies in a FAT filesystem, in sectors of 512 bytes (Microsoft's fatgen103). */
export interface FatGeometry {
  readonly type: FatType;
  readonly sectors: number;
  readonly sectorsPerCluster: number;
  /** Sectors before the first table; the boot sector is the first of them. */
  readonly reservedSectors: number;
  /** Sectors of each of the two tables. */
  readonly fatSectors: number;
  /** Slots of the root directory; 0 where it is a chain of clusters like any other directory. */
  readonly rootEntries: number;
  /** First sector of cluster 2, which is the first one. */
  readonly dataSector: number;
  /** Clusters that can hold something. */
  readonly clusters: number;
}

interface FatLimits {
  readonly bits: number;
  readonly reservedSectors: number;
  readonly rootEntries: number;
  readonly leastClusters: number;
  readonly mostClusters: number;
  /** Whole MiB that a filesystem may have; what lies between always works. */
  readonly leastMiB: number;
  readonly mostMiB: number;
}

const most32 = 0x0fff_fff5;

// The number of clusters is what tells the kinds apart (4085 and 65525), and drivers are known that count wrong
// by up to 16: fatgen103 says to keep away from both by that much.
const limits: Readonly<Record<FatType, FatLimits>> = {
  fat12: {
    ...{ bits: 12, reservedSectors: 1, rootEntries: 512, leastClusters: 1, mostClusters: 4068 },
    ...{ leastMiB: 1, mostMiB: 127 },
  },
  fat16: {
    ...{ bits: 16, reservedSectors: 1, rootEntries: 512 },
    ...{ leastClusters: 4101, mostClusters: 65508, leastMiB: 3, mostMiB: 2047 },
  },
  fat32: {
    ...{ bits: 32, reservedSectors: 32, rootEntries: 0 },
    ...{ leastClusters: 65541, mostClusters: most32, leastMiB: 33, mostMiB: 2 * 1024 * 1024 - 1 },
  },
};

/** The largest cluster that every driver takes: 32 KiB. */
const mostPerCluster = 64;

/** Cluster of a FAT32 by the sectors of its filesystem (fatgen103, DskTableFAT32). */
const fat32Clusters: readonly (readonly [sectors: number, perCluster: number])[] = [
  [532_480, 1],
  [16_777_216, 8],
  [33_554_432, 16],
  [67_108_864, 32],
];

/** Bits of an entry of the table. */
export function fatBits(type: FatType): number {
  return limits[type].bits;
}

/** Smallest and largest filesystem of a kind, in whole MiB. */
export function fatRangeMiB(type: FatType): { readonly least: number; readonly most: number } {
  return { least: limits[type].leastMiB, most: limits[type].mostMiB };
}

/** The geometry of a FAT of that many sectors, with the smallest clusters that its kind allows; undefined where it is too small or too large. */
export function fatGeometry(type: FatType, sectors: number): FatGeometry | undefined {
  if (sectors >= 2 ** 32) return undefined;
  const { leastClusters, mostClusters } = limits[type];
  const least = type === "fat32" ? leastPerCluster(sectors) : 1;
  for (let perCluster = least; perCluster <= mostPerCluster; perCluster *= 2) {
    const geometry = withClusters(type, sectors, perCluster);
    if (geometry.clusters < leastClusters) return undefined;
    if (geometry.clusters <= mostClusters) return geometry;
  }
  return undefined;
}

function leastPerCluster(sectors: number): number {
  return fat32Clusters.find(([most]) => sectors <= most)?.[1] ?? mostPerCluster;
}

function withClusters(type: FatType, sectors: number, sectorsPerCluster: number): FatGeometry {
  const { bits, reservedSectors, rootEntries } = limits[type];
  const rootSectors = (rootEntries * 32) / sectorBytes;
  const clustersWith = (fatSectors: number) =>
    Math.floor((sectors - reservedSectors - rootSectors - 2 * fatSectors) / sectorsPerCluster);
  const needed = (clusters: number) => Math.ceil(((clusters + 2) * bits) / 8 / sectorBytes);
  let fatSectors = Math.max(1, needed(clustersWith(0)));
  // A larger table leaves fewer clusters to count.
  while (fatSectors > 1 && needed(clustersWith(fatSectors - 1)) <= fatSectors - 1) fatSectors--;
  return {
    ...{ type, sectors, sectorsPerCluster, reservedSectors, fatSectors, rootEntries },
    dataSector: reservedSectors + 2 * fatSectors + rootSectors,
    clusters: clustersWith(fatSectors),
  };
}
