import type { Entry, EntryType } from "../../tree/types.ts";
import { NameList } from "../directories/directory.ts";
import type { HashIndex } from "../directories/hash-index.ts";
import type { Extent } from "../inodes/extents.ts";
import { type Attributes, noAttributes } from "../inodes/xattrs.ts";

/** An inode of the tree, or the place that a deleted one keeps. */
export interface Node {
  /** What the inode says; of a ghost only type and size count. */
  entry: Entry;
  readonly live: boolean;
  number: number;
  readonly parent: Node | undefined;
  /** Names of a directory. */
  readonly names: NameList<Node> | undefined;
  /** Of a directory that is too long to be a plain list. */
  index: HashIndex<Node> | undefined;
  links: number;
  attributes: Attributes;
  extents: Extent[];
  /** Blocks of the extent tree, level by level from the leaves up. */
  levels: readonly number[][];
  /** 0: none. */
  attributeBlock: number;
}

/** Blocks that lost+found gets in advance, so that e2fsck can fill it on a full filesystem. */
export const lostAndFoundBlocks = 4;

/** An entry that says nothing but its type and path. */
export function blankEntry(type: EntryType, path: string): Entry {
  return { kind: "entry", path, type, mode: 0, uid: 0, gid: 0, mtime: 0, mtimeNs: 0, size: 0 };
}

/** What inodes without blocks share: arrays of their own would take a tenth of all that is kept of them. */
export const none = Object.freeze([]) as unknown as never[];

/** An inode without blocks. */
export function makeNode(entry: Entry, live: boolean, number: number, parent?: Node): Node {
  const directory = entry.type === "directory";
  return {
    entry,
    live,
    number,
    parent,
    names: directory ? new NameList<Node>() : undefined,
    index: undefined,
    // A directory's "." is a name of it; of the root so is "..", as it has no name in a parent.
    links: directory ? (parent || !live ? 1 : 2) : 0,
    attributes: noAttributes,
    extents: none,
    levels: none,
    attributeBlock: 0,
  };
}
