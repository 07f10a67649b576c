import { ContentError } from "../errors.ts";
import { type FatGeometry, fatGeometry } from "../plan/fat-geometry.ts";
import { mebibyte, sectorBytes } from "../plan/layout.ts";
import { directoryBytes, type Node } from "./contents.ts";
import { slotBytes } from "./directory.ts";

/** Which clusters everything gets. */
export interface Places {
  /** First cluster of what has one. */
  readonly clusters: ReadonlyMap<Node, number>;
  /** Lengths of all chains, from cluster 2 on. */
  readonly chains: readonly number[];
  readonly freeClusters: number;
  readonly nextCluster: number;
}

interface Wishes {
  readonly geometry: FatGeometry;
  readonly label: string;
  readonly loader?: { readonly path: string } | undefined;
}

/** Gives every file and directory its clusters in one piece: a boot loader first, then all in the tree's order. */
export function allocate(nodes: readonly Node[], wishes: Wishes): Places {
  const { geometry, loader } = wishes;
  refuseRoot(nodes, wishes);
  const first = nodes.filter(({ parent, entry }) => parent && entry.path === loader?.path);
  const others = nodes.filter((node) => !first.includes(node));
  const [root, ...rest] = others;
  const ordered = [...(root ? [root] : []), ...first, ...rest];
  const clusters = new Map<Node, number>();
  const chains: number[] = [];
  let nextCluster = 2;
  for (const node of ordered) {
    const length = clustersOf(node, wishes, geometry);
    if (length === 0) continue;
    clusters.set(node, nextCluster);
    chains.push(length);
    nextCluster += length;
  }
  const freeClusters = geometry.clusters + 2 - nextCluster;
  if (freeClusters < 0) throw tooSmall(nodes, wishes);
  return { clusters, chains, freeClusters, nextCluster };
}

/** First cluster of a file or directory; 0 for what has none. */
export function clusterOf({ clusters }: Pick<Places, "clusters">, node: Node): number {
  return clusters.get(node) ?? 0;
}

function clustersOf(node: Node, { label }: Wishes, geometry: FatGeometry): number {
  const { entry, parent } = node;
  if (entry.type === "directory" && !parent && geometry.rootEntries > 0) return 0;
  const bytes =
    entry.type === "directory" ? directoryBytes(node, parent ? 2 : label ? 1 : 0) : entry.size;
  // An empty directory has a cluster all the same.
  const least = entry.type === "directory" ? 1 : 0;
  return Math.max(least, Math.ceil(bytes / (geometry.sectorsPerCluster * sectorBytes)));
}

function refuseRoot(nodes: readonly Node[], { geometry, label }: Wishes): void {
  const [root] = nodes;
  if (!root || geometry.rootEntries === 0) return;
  const slots = directoryBytes(root, label ? 1 : 0) / slotBytes;
  if (slots > geometry.rootEntries)
    throw new ContentError(
      `The names in the root directory take ${slots} slots, ${geometry.type} has ${geometry.rootEntries}`,
      { hint: "put them into a directory, or use fat32" },
    );
}

function tooSmall(nodes: readonly Node[], wishes: Wishes): ContentError {
  const { geometry } = wishes;
  const needed = (shape: FatGeometry) =>
    nodes.reduce((sum, node) => sum + clustersOf(node, wishes, shape), 0);
  const bytes = (clusters: number) => clusters * geometry.sectorsPerCluster * sectorBytes;
  const found = smallest(geometry, needed);
  return new ContentError(
    `The contents take ${bytes(needed(geometry))} bytes but the ${geometry.type} has room for ${bytes(geometry.clusters)}`,
    {
      hint: found
        ? `set the partition's sizeMiB to at least ${found}`
        : `no ${geometry.type} is large enough: use another filesystem`,
    },
  );
}

/** The smallest filesystem of the same kind with room, in MiB. */
function smallest(
  { type, sectors }: FatGeometry,
  needed: (shape: FatGeometry) => number,
): number | undefined {
  const counts = new Map<number, number>();
  for (let mib = Math.ceil((sectors * sectorBytes) / mebibyte); ; mib++) {
    const shape = fatGeometry(type, (mib * mebibyte) / sectorBytes);
    if (!shape) return undefined;
    const count = counts.get(shape.sectorsPerCluster) ?? needed(shape);
    counts.set(shape.sectorsPerCluster, count);
    if (count <= shape.clusters) return mib;
  }
}
