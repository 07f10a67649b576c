import type { Entry, Ghost, Items } from "../../tree/types.ts";
import type { Slot } from "../directories/directory.ts";
import { halfMd4 } from "../directories/half-md4.ts";
import { HashIndex, mostLinearBlocks } from "../directories/hash-index.ts";
import { inodeNumber, inodesPerBlock, roundUp } from "../format.ts";
import { attributesOf } from "../inodes/xattrs.ts";
import { type FullOptions, uuidBytes } from "../options.ts";
import { acceptName, checkEntry, mostLinks, nameOf, parentOf } from "./limits.ts";
import { blankEntry, lostAndFoundBlocks, Node } from "./node.ts";
import { type Refusals, shownPath } from "./refusals.ts";

/** What one layer adds, in the order in which it is laid out. */
export interface Layer {
  readonly directories: readonly { readonly node: Node; readonly blocks: number }[];
  readonly contents: readonly Node[];
}

/** A tree as inodes with numbers, names with fixed places, and layers. */
export interface Replay {
  readonly lostAndFound: Node;
  /** Live inodes, root and lost+found first. */
  readonly nodes: readonly Node[];
  readonly layers: readonly Layer[];
  /** Highest inode number that is taken. */
  readonly inodes: number;
}

const lostAndFoundName = "lost+found";

/** Replays the items of a tree one by one, as its layers were applied; what comes later changes no number or place of what was. */
export function replay(items: Items, options: FullOptions, refusals: Refusals): Replay {
  return new Replayer(items, options, refusals).run();
}

class Replayer {
  readonly #items: Items;
  readonly #refusals: Refusals;
  readonly #hashSeed: Buffer;
  readonly #root: Node;
  readonly #lostAndFound: Node;
  readonly #nodes: Node[];
  readonly #layers: Layer[] = [];
  readonly #directories = new Map<string, Node>();
  /** Numbers of the paths that may come again, and the files that a link names. */
  readonly #numbers = new Map<string, number>();
  readonly #files = new Map<string, Node>();
  readonly #repeated = new Set<string>();
  readonly #linked = new Set<string>();
  readonly #placed = new Map<Node, number>();
  #highest: number = inodeNumber.lostAndFound;
  #next = this.#highest + 1;
  #touched = new Set<Node>();
  #contents: Node[] = [];

  constructor(items: Items, { epochSeconds, hashSeed }: FullOptions, refusals: Refusals) {
    this.#items = items;
    this.#refusals = refusals;
    this.#hashSeed = uuidBytes(hashSeed);
    const own = (path: string, mode: number, number: number, parent?: Node): Node => {
      const entry = { ...blankEntry("directory", path), mode, mtime: epochSeconds };
      return new Node([entry], 0, true, number, parent);
    };
    this.#root = own("", 0o755, inodeNumber.root);
    const lost = own(lostAndFoundName, 0o700, inodeNumber.lostAndFound, this.#root);
    this.#lostAndFound = lost;
    this.#nodes = [this.#root, lost];
    this.#directories.set("", this.#root).set(lostAndFoundName, lost);
    this.#name(this.#root.names!.slot(lostAndFoundName), lost);
    this.#touched.add(this.#root);
  }

  run(): Replay {
    for (const item of this.#items) {
      // No path has two entries: one that comes twice was deleted in between.
      if (item.kind === "ghost") this.#repeated.add(item.path);
      if (item.kind === "entry" && item.type === "link") this.#linked.add(item.target ?? "");
    }
    let at = 0;
    for (const item of this.#items) {
      if (item.kind === "boundary") this.#endLayer();
      else if (item.kind === "ghost") this.#ghost(item);
      else this.#entry(item, at);
      at++;
    }
    this.#endLayer();
    for (const node of this.#nodes) {
      if (node.links > mostLinks && !node.names) {
        this.#refusals.add(
          node.entry.path,
          `it has ${node.links} names, the limit is ${mostLinks}`,
        );
      }
    }
    return {
      lostAndFound: this.#lostAndFound,
      nodes: this.#nodes,
      layers: this.#layers,
      inodes: this.#highest,
    };
  }

  #entry(entry: Entry, at: number): void {
    const { path } = entry;
    const refuse = (reason: string): void => this.#refusals.add(path, reason);
    checkEntry(entry, this.#refusals);
    if (path === "" || path === lostAndFoundName) {
      const node = path === "" ? this.#root : this.#lostAndFound;
      if (entry.type !== "directory") refuse("ext4 has its own directory of this name");
      else Object.assign(node, { entry, attributes: attributesOf(entry, this.#refusals) });
      return;
    }
    if (!acceptName(path, this.#refusals)) return;
    const parent = this.#directories.get(parentOf(path));
    const slot = parent?.live && this.#slot(parent, path);
    if (!slot) refuse("its directory is not in the tree before it");
    else if (slot.target) refuse("it is in the tree twice");
    else if (entry.type === "link") this.#link(entry, slot);
    else this.#inode(entry, at, parent, slot);
  }

  #link({ path, target = "" }: Entry, slot: Slot<Node>): void {
    const node = this.#files.get(target);
    if (!node) {
      this.#refusals.add(path, `it is a hard link to ${shownPath(target)}, no file before it`);
      return;
    }
    if (this.#linked.has(path)) this.#files.set(path, node);
    this.#name(slot, node);
  }

  #inode(entry: Entry, at: number, parent: Node, slot: Slot<Node>): void {
    const { path } = entry;
    const node = new Node(this.#items, at, true, this.#number(path), parent);
    node.attributes = attributesOf(entry, this.#refusals);
    this.#nodes.push(node);
    this.#name(slot, node);
    if (node.names) {
      this.#directories.set(path, node);
      this.#touched.add(node);
    } else {
      this.#directories.delete(path);
      if (this.#linked.has(path)) this.#files.set(path, node);
      this.#contents.push(node);
    }
  }

  /** Takes the name, the inode number and the room that a deleted entry once took. */
  #ghost({ path, type, size, data = [[0, size]] }: Ghost): void {
    if (path === "" || path === lostAndFoundName) return;
    const parent = this.#directories.get(parentOf(path));
    if (parent && nameOf(path).length <= 255) this.#slot(parent, path);
    if (type === "link") return;
    const segments = data.map(([at, length]) => [at, 0, length] as const);
    const entry = { ...blankEntry(type, path), size, segments };
    const node = new Node([entry], 0, false, this.#number(path));
    if (!node.names) this.#contents.push(node);
    else if (!this.#directories.get(path)?.live) {
      this.#directories.set(path, node);
      this.#touched.add(node);
    }
  }

  #slot(parent: Node, path: string): Slot<Node> {
    this.#touched.add(parent);
    return parent.names!.slot(nameOf(path));
  }

  #name(slot: Slot<Node>, node: Node): void {
    slot.target = node;
    node.links++;
    // A subdirectory's ".." is one more name of its parent.
    if (node.names && node.parent) node.parent.links++;
  }

  #number(path: string): number {
    const known = this.#numbers.get(path);
    if (known !== undefined) return known;
    this.#highest = this.#next++;
    if (this.#repeated.has(path)) this.#numbers.set(path, this.#highest);
    return this.#highest;
  }

  #endLayer(): void {
    const directories: { node: Node; blocks: number }[] = [];
    for (const node of this.#touched) {
      const before =
        this.#placed.get(node) ?? (node === this.#lostAndFound ? lostAndFoundBlocks : 0);
      const blocks = Math.max(0, this.#blocksOf(node) - before);
      this.#placed.set(node, before + blocks);
      if (blocks > 0) directories.push({ node, blocks });
    }
    this.#layers.push({ directories, contents: this.#contents });
    // Inodes of a layer begin with a block of the table: a few more in the layer below seldom move them.
    this.#next = roundUp(this.#next - 1, inodesPerBlock) + 1;
    this.#touched = new Set();
    this.#contents = [];
  }

  #blocksOf(node: Node): number {
    const { blocks, slots } = node.names!;
    if (blocks <= mostLinearBlocks) return blocks;
    node.index ??= new HashIndex<Node>((name) => halfMd4(name, this.#hashSeed));
    node.index.take(slots);
    return Math.max(blocks, node.index.blocks);
  }
}
