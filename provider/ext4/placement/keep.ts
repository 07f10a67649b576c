import { blockSize, fastSymlinkBytes, inodeNumber } from "../format.ts";
import type { Geometry } from "../geometry/geometry.ts";
import type { Node } from "../replay/node.ts";
import type { Replay } from "../replay/replay.ts";
import type { Room } from "../replay/room.ts";
import { FreeBlocks } from "./free-blocks.ts";
import { KeptRoom, type Want } from "./kept-room.ts";
import { type LastInode, type LastPlacement, shortDigest } from "./last-placement.ts";

/** An earlier placement, and the filesystem that is to keep to it. */
export interface Keep {
  readonly last: LastPlacement;
  readonly geometry: Geometry;
}

/**
 * Gives inodes the numbers that they had, and room in which they keep their blocks. Blocks follow the content, even to
 * another path; else what is at a path takes the place of what was there. Blocks below `from` are taken already.
 */
export function keepPlaces(
  { nodes, layers }: Replay,
  { last, geometry }: Keep,
  from: number,
): { room: Room; inodes: number } {
  const byPath = new Map<string, LastInode>();
  for (const inode of last.names) if (!byPath.has(inode.path)) byPath.set(inode.path, inode);
  const places = placesOf(nodes, byPath, last);
  const inodes = renumber(nodes, byPath, places, geometry.inodes);
  const directoryBlocks = new Map<Node, number>();
  for (const { node, blocks } of layers.flatMap((layer) => layer.directories))
    directoryBlocks.set(node, (directoryBlocks.get(node) ?? 0) + blocks);
  const room = new KeptRoom(new FreeBlocks(geometry, from, geometry.blocks));
  for (const node of nodes)
    room.claim(node, wantsOf(node, directoryBlocks.get(node) ?? 0), places.get(node));
  room.settle();
  return { room, inodes };
}

/** Which earlier inode's blocks each inode takes over; no earlier inode serves two. */
function placesOf(
  nodes: readonly Node[],
  byPath: ReadonlyMap<string, LastInode>,
  { names }: LastPlacement,
): Map<Node, LastInode> {
  const places = new Map<Node, LastInode>();
  const used = new Set<LastInode>();
  const give = (node: Node, place: LastInode | undefined): void => {
    if (!place || used.has(place)) return;
    places.set(node, place);
    used.add(place);
  };
  for (const node of nodes) {
    const before = byPath.get(node.entry.path);
    if (before && before.digest === digestOf(node)) give(node, before);
  }
  const byDigest = new Map<string, LastInode[]>();
  for (const inode of names)
    if (inode.digest !== "" && !used.has(inode))
      byDigest.set(inode.digest, [...(byDigest.get(inode.digest) ?? []), inode]);
  for (const node of nodes) {
    const digest = digestOf(node);
    if (digest !== "" && !places.has(node)) give(node, byDigest.get(digest)?.shift());
  }
  for (const node of nodes) if (!places.has(node)) give(node, byPath.get(node.entry.path));
  return places;
}

function digestOf({ entry }: Node): string {
  return shortDigest(entry.digest ?? "");
}

/** Numbers stay with their paths, else with their contents; what is new takes free ones, together if there are so many in a row. */
function renumber(
  nodes: readonly Node[],
  byPath: ReadonlyMap<string, LastInode>,
  places: ReadonlyMap<Node, LastInode>,
  most: number,
): number {
  const taken = new Set<number>();
  const claim = (node: Node, number: number | undefined): boolean => {
    if (number === undefined || number <= inodeNumber.lostAndFound || number > most) return false;
    if (taken.has(number)) return false;
    taken.add(number);
    node.number = number;
    return true;
  };
  const own = nodes.filter(({ number }) => number > inodeNumber.lostAndFound);
  const moved = own.filter((node) => !claim(node, byPath.get(node.entry.path)?.number));
  const added = moved.filter((node) => !claim(node, places.get(node)?.number));
  let next = firstGap(taken, added.length);
  if (next + added.length > most) next = inodeNumber.lostAndFound + 1;
  for (const node of added) {
    while (taken.has(next)) next++;
    taken.add(next);
    node.number = next;
  }
  return [...taken].reduce((a, b) => Math.max(a, b), inodeNumber.lostAndFound);
}

/** The first of so many numbers in a row that are not taken. */
function firstGap(taken: ReadonlySet<number>, count: number): number {
  let start = inodeNumber.lostAndFound + 1;
  for (const number of [...taken].sort((a, b) => a - b)) {
    if (number - start >= count) break;
    start = number + 1;
  }
  return start;
}

/** What an inode will ask for; `blocks` is what a directory needs besides what it has already. */
function wantsOf({ entry, names, extents }: Node, blocks: number): Want[] {
  if (names) {
    const had = extents.reduce((sum, { count }) => sum + count, 0);
    return blocks > 0 ? [{ logical: had, count: blocks }] : [];
  }
  // What lies before all others has its place.
  if (extents.length > 0) return [];
  if (entry.type === "symlink" && entry.size >= fastSymlinkBytes) return [{ logical: 0, count: 1 }];
  return (entry.segments ?? []).map(([at, , length]) => ({
    logical: at / blockSize,
    count: Math.ceil(length / blockSize),
  }));
}
