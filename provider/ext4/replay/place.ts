import type { Items } from "../../tree/types.ts";
import { blockSize, extentBlocks, fastSymlinkBytes } from "../format.ts";
import type { Layout } from "../geometry/geometry.ts";
import { appendRun, type Extent, type Run, treeLevels } from "../inodes/extents.ts";
import type { FullOptions } from "../options.ts";
import { type Keep, keepPlaces } from "../placement/keep.ts";
import { DataExtents } from "./data-extents.ts";
import { lostAndFoundBlocks, type Node, none } from "./node.ts";
import { Refusals } from "./refusals.ts";
import { type Replay, replay } from "./replay.ts";
import { NewRoom, type Room } from "./room.ts";

/** Blocks of an inode that is not in the tree. */
export interface SystemFile {
  extents: Extent[];
  levels: readonly number[][];
}

/** Where everything lies. Unless an earlier placement is kept, no size of the filesystem was needed to say it. */
export interface Placement extends Replay {
  readonly layout: Layout;
  /** The block of the resize inode. */
  readonly resizeBlock: number;
  readonly journal: SystemFile;
  /** In ascending order of blocks. */
  readonly data: DataExtents;
  /** Blocks that hold something, in ascending order. */
  readonly runs: readonly Run[];
  /** The block behind the last one that holds something. */
  readonly end: number;
}

/** Gives every inode its blocks: in the order of the tree, or where they lay in the placement that is to be kept. */
export function place(items: Items, layout: Layout, options: FullOptions, keep?: Keep): Placement {
  return placeAll(items, layout, options, true, keep);
}

/** The block behind the last one and the inodes of a placement of which nothing else is kept. */
export function placedSize(
  items: Items,
  layout: Layout,
  options: FullOptions,
): Pick<Placement, "end" | "inodes"> {
  return placeAll(items, layout, options, false);
}

function placeAll(
  items: Items,
  layout: Layout,
  options: FullOptions,
  keepsContents: boolean,
  keep?: Keep,
): Placement {
  const refusals = new Refusals();
  const replayed = replay(items, options, refusals);
  refusals.settle();
  const room = new NewRoom(layout);
  const placer = new Placer(room, keepsContents);
  const journal: SystemFile = { extents: [], levels: [] };
  const resizeBlock = placer.take(1, true, journal)[0]!.block;
  placer.grow(journal, (options.journalMiB * 2 ** 20) / blockSize, true);
  placer.grow(replayed.lostAndFound, lostAndFoundBlocks, true);
  placer.room.align();
  const first = new Set(options.first);
  for (const node of first.size > 0 ? replayed.nodes : [])
    if (first.has(node.entry.path)) placer.ahead(node);
  placer.room.align();
  const kept = keep && keepPlaces(replayed, keep, room.end);
  if (kept) placer.room = kept.room;
  for (const layer of replayed.layers) {
    for (const { node, blocks } of layer.directories)
      if (node.live || !kept) placer.grow(node, blocks, node.live);
    for (const node of layer.contents) if (node.live || !kept) placer.contents(node);
    placer.room.align();
  }
  // A later layer may change a directory's attributes: their blocks come last, so that nothing else moves.
  for (const node of replayed.nodes) if (node.names) placer.attributes(node);
  const { data, runs } = placer;
  const end = runs.reduce((most, { block, count }) => Math.max(most, block + count), 0);
  const inodes = kept?.inodes ?? replayed.inodes;
  return {
    ...{ ...replayed, inodes, layout, resizeBlock, journal, end },
    data: data.byBlock(),
    runs: runs.sort((a, b) => a.block - b.block),
  };
}

class Placer {
  readonly data = new DataExtents();
  readonly runs: Run[] = [];
  room: Room;
  readonly #keepsContents: boolean;
  readonly #ahead = new Set<Node>();

  /** What lies where in files is kept or not. */
  constructor(room: Room, keepsContents: boolean) {
    this.room = room;
    this.#keepsContents = keepsContents;
  }

  take(count: number, live: boolean, owner: object, logical?: number): Run[] {
    const taken = this.room.take(count, owner, logical);
    if (live) for (const run of taken) this.#note(run);
    return taken;
  }

  /** Most runs follow the one before: a few say where everything lies. */
  #note(run: Run): void {
    const last = this.runs.at(-1);
    if (last && last.block + last.count === run.block)
      this.runs[this.runs.length - 1] = { block: last.block, count: last.count + run.count };
    else this.runs.push(run);
  }

  /** Adds blocks to the end of a file or directory, and then what its extent tree needs for them. */
  grow(file: SystemFile, blocks: number, live: boolean): void {
    const last = file.extents.at(-1);
    this.#extend(file, last ? last.logical + last.count : 0, blocks, live);
    this.#growTree(file, live);
  }

  /** Places what a file holds before all else. */
  ahead(node: Node): void {
    this.contents(node);
    this.#ahead.add(node);
  }

  /** Places what a file or symlink holds, if it has no place yet. */
  contents(node: Node): void {
    if (this.#ahead.has(node) || node.names) return;
    if (node.type === "file") this.#file(node);
    if (node.type === "symlink" && node.entry.size >= fastSymlinkBytes)
      this.grow(node, 1, node.live);
    this.attributes(node);
  }

  attributes(node: Node): void {
    if (node.attributes.needsBlock) node.attributeBlock = this.take(1, true, node)[0]!.block;
  }

  #file(node: Node): void {
    const { segments = [], digest = "", source = 0 } = node.entry;
    for (const [start, offset, length] of segments) {
      let done = 0;
      const blocks = Math.ceil(length / blockSize);
      for (const { block, count } of this.#extend(node, start / blockSize, blocks, node.live)) {
        const bytes = Math.min(count * blockSize, length - done);
        const [from, at] = [offset + done, start + done];
        if (node.live && this.#keepsContents)
          this.data.push({ block, count, bytes, source, offset: from, digest, at });
        done += bytes;
      }
    }
    this.#growTree(node, node.live);
    if (!this.#keepsContents) node.extents = none;
  }

  #extend(file: SystemFile, logical: number, blocks: number, live: boolean): Run[] {
    const runs = this.take(blocks, live, file, logical);
    let { extents } = file;
    let at = logical;
    for (const run of runs) {
      // An array that something is pushed to has room for 17 from the start, and nearly every file has one extent.
      if (extents.length === 0 && run.count <= extentBlocks)
        extents = [{ logical: at, block: run.block, count: run.count }];
      else {
        if (extents.length === 0) extents = [];
        appendRun(extents, at, run);
      }
      at += run.count;
    }
    file.extents = extents;
    return runs;
  }

  #growTree(file: SystemFile, live: boolean): void {
    treeLevels(file.extents.length).forEach((needed, i) => {
      if (i === file.levels.length) file.levels = [...file.levels, []];
      const level = file.levels[i]!;
      while (level.length < needed) level.push(this.take(1, live, file)[0]!.block);
    });
  }
}
