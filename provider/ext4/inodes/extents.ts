import { sealExtentBlock } from "../checksums/checksums.ts";
import { blockSize, extentBlocks } from "../format.ts";

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
  let records = extents.map(extentRecord);
  for (const blocks of levels) {
    records = blocks.map((number, i) => {
      const block = Buffer.alloc(blockSize);
      const part = records.slice(i * inBlock, (i + 1) * inBlock);
      writeNode(block, part, inBlock, depth);
      sealExtentBlock(block, seed);
      put(number, block);
      return indexRecord(part[0]!.readUInt32LE(0), number);
    });
    depth++;
  }
  const root = Buffer.alloc(60);
  writeNode(root, records, inInode, depth);
  return root;
}

function writeNode(node: Buffer, records: readonly Buffer[], most: number, depth: number): void {
  node.writeUInt16LE(magic, 0);
  node.writeUInt16LE(records.length, 2);
  node.writeUInt16LE(most, 4);
  node.writeUInt16LE(depth, 6);
  records.forEach((record, i) => {
    record.copy(node, recordBytes * (i + 1));
  });
}

// Upper halves of 48-bit block numbers stay 0: there is no 64bit feature.
function extentRecord({ logical, block, count }: Extent): Buffer {
  const record = Buffer.alloc(recordBytes);
  record.writeUInt32LE(logical, 0);
  record.writeUInt16LE(count, 4);
  record.writeUInt32LE(block, 8);
  return record;
}

function indexRecord(logical: number, block: number): Buffer {
  const record = Buffer.alloc(recordBytes);
  record.writeUInt32LE(logical, 0);
  record.writeUInt32LE(block, 4);
  return record;
}
