import { sealExtentBlock } from "../checksums/checksums.ts";
import { blockSize, extentBlocks } from "../format.ts";
import { zeroBlock, zeroed } from "../io/zeros.ts";

// Kernel documentation, "Extent Tree". Every record has 12 bytes: the header, an extent or an index.

/** A run of blocks. */
export interface Run {
  readonly block: number;
  readonly count: number;
}

/** Blocks of a file: `count` from its block `logical` on lie at `block`. */
export interface Extent {
  readonly logical: number;
  readonly block: number;
  readonly count: number;
}

const recordBytes = 12;
const magic = 0xf30a;
/** Records in i_block behind the header. */
const inInode = 4;
/** Records in a block: header and checksum are left out. */
const inBlock = Math.floor((blockSize - recordBytes) / recordBytes);

/** Appends a run to a file's extents, merging it with the last one where one extent can say both. */
export function appendRun(extents: Extent[], logical: number, run: Run): void {
  const last = extents.at(-1);
  const follows =
    last && last.logical + last.count === logical && last.block + last.count === run.block;
  if (follows && last.count + run.count <= extentBlocks) {
    extents[extents.length - 1] = { ...last, count: last.count + run.count };
    return;
  }
  for (let done = 0; done < run.count; done += extentBlocks) {
    const count = Math.min(extentBlocks, run.count - done);
    extents.push({ logical: logical + done, block: run.block + done, count });
  }
}

/** Blocks that the tree of so many extents needs, level by level from the leaves up; none if they fit into the inode. */
export function treeLevels(extents: number): number[] {
  const levels: number[] = [];
  for (let records = extents; records > inInode; ) {
    records = Math.ceil(records / inBlock);
    levels.push(records);
  }
  return levels;
}

/** Writes an extent tree: returns the 60 bytes of i_block and hands out its blocks. */
export function encodeExtents(
  extents: readonly Extent[],
  levels: readonly (readonly number[])[],
  seed: number,
  put: (block: number, bytes: Buffer) => void,
): Buffer {
  let depth = 0;
  let records: readonly Omit<Extent, "count">[] = extents;
  for (const blocks of levels) {
    const below = records;
    records = blocks.map((number, i) => {
      const block = zeroBlock();
      const part = below.slice(i * inBlock, (i + 1) * inBlock);
      writeNode(block, part, inBlock, depth);
      sealExtentBlock(block, seed);
      put(number, block);
      return { logical: part[0]!.logical, block: number };
    });
    depth++;
  }
  const root = zeroed(60);
  writeNode(root, records, inInode, depth);
  return root;
}

/** A node of extents, at depth 0, or of where the nodes below begin. Upper halves of 48-bit block numbers stay 0: there is no 64bit feature. */
function writeNode(
  node: Buffer,
  records: readonly (Omit<Extent, "count"> & { readonly count?: number })[],
  most: number,
  depth: number,
): void {
  node.writeUInt16LE(magic, 0);
  node.writeUInt16LE(records.length, 2);
  node.writeUInt16LE(most, 4);
  node.writeUInt16LE(depth, 6);
  for (const [i, { logical, block, count }] of records.entries()) {
    const at = recordBytes * (i + 1);
    node.writeUInt32LE(logical, at);
    if (count !== undefined) node.writeUInt16LE(count, at + 4);
    node.writeUInt32LE(block, at + (count === undefined ? 4 : 8));
  }
}
