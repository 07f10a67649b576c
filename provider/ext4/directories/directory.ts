import { sealDirectoryBlock } from "../checksums/checksums.ts";
import { blockSize, directoryTail, roundUp } from "../format.ts";
import { zeroBlock } from "../io/zeros.ts";

// Kernel documentation, "Linear (Classic) Directories".

const entryHeader = 8;
const usable = blockSize - directoryTail;
/** "." and ".." with 12 bytes each. */
const dotsBytes = 24;

/** A name of a directory at its fixed place; `T` is what it names, undefined once it is deleted. */
export interface Slot<T> {
  readonly name: string;
  readonly block: number;
  readonly offset: number;
  target: T | undefined;
}

/** What a directory entry says of the inode it names. */
export interface Dirent {
  readonly inode: number;
  readonly type: number;
}

/** Bytes of a directory entry. */
export function entryBytes(name: string): number {
  return roundUp(entryHeader + name.length, 4);
}

/**
 * Names of a directory in the order in which they appeared. A name never moves: a deleted one leaves an unused
 * entry, and comes back to it.
 */
export class NameList<T> {
  readonly slots: Slot<T>[] = [];
  readonly #byName = new Map<string, Slot<T>>();
  #block = 0;
  #offset = dotsBytes;

  /** Blocks that the names need. */
  get blocks(): number {
    return this.#block + 1;
  }

  /** The place of a name, made at the end if it is new. */
  slot(name: string): Slot<T> {
    const known = this.#byName.get(name);
    if (known) return known;
    const bytes = entryBytes(name);
    if (this.#offset + bytes > usable) {
      this.#block++;
      this.#offset = 0;
    }
    // A part of a path would keep all of it in memory.
    const own = Buffer.from(name, "latin1").toString("latin1");
    const slot = { name: own, block: this.#block, offset: this.#offset, target: undefined };
    this.#offset += bytes;
    this.slots.push(slot);
    this.#byName.set(own, slot);
    return slot;
  }
}

/** Writes one directory entry; without an inode it is an unused one. */
export function putEntry(
  block: Buffer,
  offset: number,
  length: number,
  name: string,
  dirent: Dirent | undefined,
): void {
  block.writeUInt16LE(length, offset + 4);
  if (!dirent) return;
  block.writeUInt32LE(dirent.inode, offset);
  block.writeUInt8(name.length, offset + 6);
  block.writeUInt8(dirent.type, offset + 7);
  block.write(name, offset + entryHeader, "latin1");
}

/** The blocks of a linear directory; `dots` are "." and "..". */
export function encodeDirectory<T>(
  names: NameList<T>,
  blocks: number,
  dots: readonly [Dirent, Dirent],
  direntOf: (target: T) => Dirent,
  seed: number,
): Buffer[] {
  const perBlock: { name: string; offset: number; dirent: Dirent | undefined }[][] = Array.from(
    { length: blocks },
    () => [],
  );
  perBlock[0]!.push(
    { name: ".", offset: 0, dirent: dots[0] },
    { name: "..", offset: dotsBytes / 2, dirent: dots[1] },
  );
  for (const { name, block, offset, target } of names.slots) {
    const dirent = target === undefined ? undefined : direntOf(target);
    perBlock[block]!.push({ name, offset, dirent });
  }
  return perBlock.map((entries) => {
    const bytes = zeroBlock();
    // An empty block is one unused entry; the last entry of a block reaches to its tail.
    if (entries.length === 0) putEntry(bytes, 0, usable, "", undefined);
    entries.forEach(({ name, offset, dirent }, i) => {
      putEntry(bytes, offset, (entries[i + 1]?.offset ?? usable) - offset, name, dirent);
    });
    sealDirectoryBlock(bytes, seed);
    return bytes;
  });
}
