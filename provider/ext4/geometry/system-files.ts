import { inodeSeed } from "../checksums/checksums.ts";
import { blockSize, extentsFlag, groupBlocks, inodeNumber } from "../format.ts";
import { encodeExtents } from "../inodes/extents.ts";
import { encodeInode } from "../inodes/inode.ts";
import { type FullOptions, uuidBytes } from "../options.ts";
import type { MetaBlocks } from "../render/meta-blocks.ts";
import { blocksOf } from "../render/render-node.ts";
import type { Placement } from "../replay/place.ts";
import { type Geometry, hasSuperBlock } from "./geometry.ts";

/** Writes the journal, empty, and its inode; returns the inode's i_block, of which the super block keeps a copy. */
export function renderJournal(
  meta: MetaBlocks,
  { journal }: Placement,
  options: FullOptions,
  seed: number,
): Buffer {
  const size = options.journalMiB * 2 ** 20;
  meta.put(journal.extents[0]!.block, encodeJournalStart(size / blockSize, options.uuid));
  const own = inodeSeed(seed, inodeNumber.journal);
  const put = (block: number, bytes: Buffer): void => meta.put(block, bytes);
  const iBlock = encodeExtents(journal.extents, journal.levels, own, put);
  const fields = {
    ...hidden(options),
    size,
    flags: extentsFlag,
    iBlock,
    blocks: blocksOf(journal),
  };
  meta.putInode(inodeNumber.journal, encodeInode(fields, options.epochSeconds, own));
  return iBlock;
}

/** Writes the resize inode and its blocks; without spare descriptors there is none. */
export function renderResizeInode(
  meta: MetaBlocks,
  { resizeBlock }: Placement,
  geometry: Geometry,
  options: FullOptions,
  seed: number,
): void {
  if (geometry.spareBlocks === 0) return;
  const { iBlock, blocks, ownBlocks } = encodeResizeInode(geometry, resizeBlock);
  for (const [block, bytes] of blocks) meta.put(block, bytes);
  const own = inodeSeed(seed, inodeNumber.resize);
  const size = resizeInodeBytes;
  const fields = { ...hidden(options), size, flags: 0, iBlock, blocks: ownBlocks };
  meta.putInode(inodeNumber.resize, encodeInode(fields, options.epochSeconds, own));
}

function hidden({ epochSeconds }: FullOptions) {
  const owner = { uid: 0, gid: 0, links: 1, attributeBlock: 0 };
  return { type: "file", mode: 0o600, ...owner, mtime: epochSeconds, mtimeNs: 0 } as const;
}

/** The first block of an empty journal (kernel documentation, "Journal (jbd2)"); big-endian. */
function encodeJournalStart(blocks: number, filesystemUuid: string): Buffer {
  const start = Buffer.alloc(blockSize);
  start.writeUInt32BE(0xc03b3998, 0x00);
  start.writeUInt32BE(4, 0x04); // h_blocktype: super block version 2
  start.writeUInt32BE(blockSize, 0x0c);
  start.writeUInt32BE(blocks, 0x10);
  start.writeUInt32BE(1, 0x14); // s_first: log begins in block 1
  start.writeUInt32BE(1, 0x18); // s_sequence
  uuidBytes(filesystemUuid).copy(start, 0x30);
  start.writeUInt32BE(1, 0x40); // s_nr_users
  return start;
}

/** Size that the resize inode claims: direct, indirect and double indirect blocks all full. */
const resizeInodeBytes = (12 + 1024 + 1024 * 1024) * blockSize;

/** Blocks of the resize inode by number, and how many it owns. */
interface ResizeInode {
  readonly blocks: readonly (readonly [block: number, bytes: Buffer])[];
  /** 60 bytes. */
  readonly iBlock: Buffer;
  readonly ownBlocks: number;
}

/**
 * The resize inode holds the spare descriptor blocks for growing online (e2fsprogs lib/ext2fs/res_gdt.c): its
 * double indirect block lists those behind the first super block, and each of them lists its copies in the backups.
 */
function encodeResizeInode(geometry: Geometry, doubleIndirect: number): ResizeInode {
  const backups: number[] = [];
  for (let group = 1; group < geometry.groups; group++) {
    if (hasSuperBlock(group)) backups.push(group * groupBlocks);
  }
  const list = Buffer.alloc(blockSize);
  const blocks: [number, Buffer][] = [[doubleIndirect, list]];
  for (let i = geometry.descriptorBlocks; i < geometry.descriptorRoom; i++) {
    const block = 1 + i;
    list.writeUInt32LE(block, 4 * i);
    const copies = Buffer.alloc(blockSize);
    backups.forEach((start, k) => {
      copies.writeUInt32LE(start + block, 4 * k);
    });
    blocks.push([block, copies]);
  }
  const iBlock = Buffer.alloc(60);
  iBlock.writeUInt32LE(doubleIndirect, 4 * 13);
  return { blocks, iBlock, ownBlocks: 1 + geometry.spareBlocks * (1 + backups.length) };
}
