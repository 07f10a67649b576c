import type { Entry, EntryType, Items } from "../../tree/types.ts";
import { NameList } from "../directories/directory.ts";
import type { HashIndex } from "../directories/hash-index.ts";
import type { Extent } from "../inodes/extents.ts";
import { type Attributes, noAttributes } from "../inodes/xattrs.ts";

/** Blocks that lost+found gets in advance, so that e2fsck can fill it on a full filesystem. */
export const lostAndFoundBlocks = 4;

/** An entry that says nothing but its type and path. */
export function blankEntry(type: EntryType, path: string): Entry {
  return { kind: "entry", path, type, mode: 0, uid: 0, gid: 0, mtime: 0, mtimeNs: 0, size: 0 };
}

/** What inodes without blocks share: arrays of their own would take a tenth of all that is kept of them. */
export const none = Object.freeze([]) as unknown as never[];

/** What a directory has besides. */
interface Directory {
  readonly parent: Node | undefined;
  readonly names: NameList<Node>;
  index: HashIndex<Node> | undefined;
}

/** What few inodes have. */
interface Rare {
  readonly attributes: Attributes;
  readonly levels: readonly number[][];
  readonly attributeBlock: number;
}

const nothingRare: Rare = { attributes: noAttributes, levels: none, attributeBlock: 0 };

/**
 * An inode of the tree, or the place that a deleted one keeps; first without blocks. There is one for each entry of a large tree, so what
 * most do not have takes no room.
 */
export class Node {
  readonly type: EntryType;
  readonly live: boolean;
  number: number;
  links: number;
  #items: Items;
  #at: number;
  readonly #directory: Directory | undefined;
  #rare = nothingRare;
  /** The only run of blocks, from the first one of the file on, where that is all. */
  #block = 0;
  #count = 0;
  #extents: Extent[] = none;

  /** `at` is where the entry stands among `items`. */
  constructor(items: Items, at: number, live: boolean, number: number, parent?: Node) {
    this.#items = items;
    this.#at = at;
    this.type = this.entry.type;
    this.live = live;
    this.number = number;
    const isDirectory = this.type === "directory";
    this.#directory = isDirectory
      ? { parent, names: new NameList<Node>(), index: undefined }
      : undefined;
    // A directory's "." is a name of it; of the root so is "..", as it has no name in a parent.
    this.links = isDirectory ? (parent || !live ? 1 : 2) : 0;
  }

  /** What the inode says; of a ghost only type and size count. */
  get entry(): Entry {
    return this.#items.at(this.#at) as Entry;
  }

  set entry(entry: Entry) {
    this.#items = [entry];
    this.#at = 0;
  }

  /** That of a directory. */
  get parent(): Node | undefined {
    return this.#directory?.parent;
  }

  /** Names of a directory. */
  get names(): NameList<Node> | undefined {
    return this.#directory?.names;
  }

  /** Of a directory that is too long to be a plain list. */
  get index(): HashIndex<Node> | undefined {
    return this.#directory?.index;
  }

  set index(index: HashIndex<Node>) {
    this.#directory!.index = index;
  }

  get attributes(): Attributes {
    return this.#rare.attributes;
  }

  set attributes(attributes: Attributes) {
    if (attributes !== this.attributes) this.#rare = { ...this.#rare, attributes };
  }

  /** Blocks of the extent tree, level by level from the leaves up. */
  get levels(): readonly number[][] {
    return this.#rare.levels;
  }

  set levels(levels: readonly number[][]) {
    this.#rare = { ...this.#rare, levels };
  }

  /** 0: none. */
  get attributeBlock(): number {
    return this.#rare.attributeBlock;
  }

  set attributeBlock(attributeBlock: number) {
    this.#rare = { ...this.#rare, attributeBlock };
  }

  get extents(): Extent[] {
    if (this.#count === 0) return this.#extents;
    return [{ logical: 0, block: this.#block, count: this.#count }];
  }

  set extents(extents: Extent[]) {
    const [first] = extents;
    const isAll = first !== undefined && extents.length === 1 && first.logical === 0;
    this.#block = isAll ? first.block : 0;
    this.#count = isAll ? first.count : 0;
    this.#extents = isAll ? none : extents;
  }
}
