import { sealInode } from "../checksums/checksums.ts";
import { blockSize, inodeSize, modeBits } from "../format.ts";
import { zeroed } from "../io/zeros.ts";

// Kernel documentation, "Index Nodes".

/** What an inode says, besides its number. */
export interface InodeFields {
  readonly type: keyof typeof modeBits;
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly size: number;
  readonly links: number;
  readonly flags: number;
  /** 60 bytes: extents, a short symlink's target, or a device number. */
  readonly iBlock: Buffer;
  /** Blocks in use, with those of its extent tree and attributes. */
  readonly blocks: number;
  /** Block of extended attributes, 0 for none. */
  readonly attributeBlock: number;
  /** Bytes behind the fields ({@link encodeInInode}). */
  readonly attributes?: Buffer | undefined;
  readonly mtime: number;
  readonly mtimeNs: number;
}

/** First and last second that 34 bits starting at -2^31 can say (i_mtime and its epoch bits). */
export const timeRange = { first: -(2 ** 31), last: 2 ** 34 - 1 - 2 ** 31 } as const;
/** Largest numbers of a device that the kernel's new_encode_dev keeps: 12 and 20 bits. */
export const deviceRange = { major: 2 ** 12 - 1, minor: 2 ** 20 - 1 } as const;
const extraSize = 32;

/** Encodes an inode; `changed` is its change and creation time. */
export function encodeInode(fields: InodeFields, changed: number, seed: number): Buffer {
  const inode = zeroed(inodeSize);
  const sectors = fields.blocks * (blockSize / 512);
  const [low, extra] = encodeTime(fields.mtime, fields.mtimeNs);
  const [changedLow, changedExtra] = encodeTime(changed, 0);
  inode.writeUInt16LE(modeBits[fields.type] | fields.mode, 0x00);
  inode.writeUInt16LE(fields.uid & 0xffff, 0x02);
  inode.writeUInt32LE(fields.size % 2 ** 32, 0x04);
  inode.writeInt32LE(low, 0x08); // i_atime
  inode.writeInt32LE(changedLow, 0x0c); // i_ctime
  inode.writeInt32LE(low, 0x10); // i_mtime
  inode.writeUInt16LE(fields.gid & 0xffff, 0x18);
  inode.writeUInt16LE(fields.links, 0x1a);
  inode.writeUInt32LE(sectors % 2 ** 32, 0x1c);
  inode.writeUInt32LE(fields.flags, 0x20);
  fields.iBlock.copy(inode, 0x28);
  inode.writeUInt32LE(fields.attributeBlock, 0x68);
  inode.writeUInt32LE(Math.floor(fields.size / 2 ** 32), 0x6c);
  inode.writeUInt16LE(Math.floor(sectors / 2 ** 32), 0x74);
  inode.writeUInt16LE(fields.uid >>> 16, 0x78);
  inode.writeUInt16LE(fields.gid >>> 16, 0x7a);
  inode.writeUInt16LE(extraSize, 0x80);
  inode.writeUInt32LE(changedExtra, 0x84);
  inode.writeUInt32LE(extra, 0x88); // i_mtime_extra
  inode.writeUInt32LE(extra, 0x8c); // i_atime_extra
  inode.writeInt32LE(changedLow, 0x90); // i_crtime
  inode.writeUInt32LE(changedExtra, 0x94);
  fields.attributes?.copy(inode, 0x80 + extraSize);
  sealInode(inode, seed);
  return inode;
}

/** A time as its signed low 32 bits and the word with 30 bits of nanoseconds over 2 more bits of seconds. */
export function encodeTime(seconds: number, nanoseconds: number): readonly [number, number] {
  const low = seconds | 0;
  const epoch = (seconds - low) / 2 ** 32;
  return [low, ((nanoseconds << 2) | epoch) >>> 0];
}

/** i_block of a device: the old 8:8 form in its first word where it fits, else the new form in the second. */
export function encodeDevice(major: number, minor: number): Buffer {
  const iBlock = Buffer.alloc(60);
  if (major < 256 && minor < 256) iBlock.writeUInt32LE((major << 8) | minor, 0);
  else iBlock.writeUInt32LE(((minor & 0xff) | (major << 8) | ((minor & ~0xff) << 12)) >>> 0, 4);
  return iBlock;
}
