import { sealDirectoryBlock, sealIndexBlock } from "../checksums/checksums.ts";
import { blockSize, directoryTail } from "../format.ts";
import { zeroBlock } from "../io/zeros.ts";
import { type Dirent, entryBytes, putEntry } from "./directory.ts";
import { type HashIndex, type Leaf, nodeEntries, rootEntries } from "./hash-index.ts";

// Kernel documentation, "Hash Tree Directories". To readers that do not know of it the root is a block with "." and a
// ".." that fills it, an inner node is one unused entry, and leaves are ordinary blocks.

const usable = blockSize - directoryTail;
const halfMd4Version = 1;
const infoBytes = 8;
/** Where the entries begin: behind the dots and dx_root_info, and behind a node's unused entry. */
const rootStart = 0x20;
const nodeStart = 0x08;

/** A hash and the block where names from it on are found. */
type Pointer = readonly [hash: number, block: number];

/** The blocks of a directory with a hash tree; `dots` are "." and "..". */
export function encodeIndexed<T>(
  index: HashIndex<T>,
  dots: readonly [Dirent, Dirent],
  direntOf: (target: T) => Dirent,
  seed: number,
): Buffer[] {
  const blocks: Buffer[] = [];
  let pointers: Pointer[] = index.leaves.map((leaf) => {
    blocks[leaf.block] = encodeLeaf(leaf, direntOf, seed);
    return [leaf.from, leaf.block];
  });
  const perNode = Math.ceil(pointers.length / Math.max(1, index.nodes.length));
  if (index.nodes.length > 0) {
    const leaves = pointers;
    pointers = index.nodes.map((block, i) => {
      const part = leaves.slice(i * perNode, (i + 1) * perNode);
      const node = zeroBlock();
      putEntry(node, 0, blockSize, "", undefined);
      putPointers(node, nodeStart, nodeEntries, part, seed);
      blocks[block] = node;
      return [part[0]![0], block];
    });
  }
  const root = zeroBlock();
  putEntry(root, 0, 12, ".", dots[0]);
  putEntry(root, 12, blockSize - 12, "..", dots[1]);
  root.writeUInt8(halfMd4Version, 0x1c);
  root.writeUInt8(infoBytes, 0x1d);
  root.writeUInt8(index.nodes.length > 0 ? 1 : 0, 0x1e); // indirect_levels
  putPointers(root, rootStart, rootEntries, pointers, seed);
  blocks[0] = root;
  return blocks;
}

function encodeLeaf<T>({ names }: Leaf<T>, direntOf: (target: T) => Dirent, seed: number): Buffer {
  const bytes = zeroBlock();
  let at = 0;
  names.forEach(({ slot: { name, target } }, i) => {
    const length = i === names.length - 1 ? usable - at : entryBytes(name);
    putEntry(bytes, at, length, name, target === undefined ? undefined : direntOf(target));
    at += length;
  });
  sealDirectoryBlock(bytes, seed);
  return bytes;
}

/** Limit and count take the place of the first hash, which is always 0. */
function putPointers(
  block: Buffer,
  start: number,
  limit: number,
  pointers: readonly Pointer[],
  seed: number,
): void {
  pointers.forEach(([hash, to], i) => {
    block.writeUInt32LE(hash, start + 8 * i);
    block.writeUInt32LE(to, start + 8 * i + 4);
  });
  block.writeUInt16LE(limit, start);
  block.writeUInt16LE(pointers.length, start + 2);
  sealIndexBlock(block, start + 8 * pointers.length, seed);
}
