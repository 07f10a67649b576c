import { ToolError } from "../errors.ts";

// Linux fs/erofs/erofs_fs.h. Numbers are little-endian; an inode's number counts slots of 32 bytes.

/** What the superblock says that a reader needs. */
export interface Superblock {
  readonly blockBytes: number;
  readonly rootNid: number;
  readonly buildTime: number;
  readonly metaOffset: number;
  readonly sharedXattrsOffset: number;
}

/** An inode, and where its data lies. */
export interface ErofsInode {
  readonly nid: number;
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly mtime: number;
  readonly mtimeNs: number;
  readonly size: number;
  readonly links: number;
  /** Device number of a device. */
  readonly device: number;
  readonly xattrsOffset: number;
  readonly xattrsBytes: number;
  /** Pieces of the data in order: offset in the image and length. */
  readonly data: readonly (readonly [offset: number, length: number])[];
}

/** Where the superblock lies. */
export const superblockOffset = 1024;
/** Bytes of it that are read. */
export const superblockBytes = 128;
/** Bytes of a slot: a compact inode fills one, an extended one two. */
const slotBytes = 32;
/** Bytes that hold any inode. */
export const inodeBytes = 2 * slotBytes;
const magic = 0xe0f5e1e2;
/** What mkfs.erofs sets for an image without compression, chunks or other devices: nothing that changes how it is read. */
const knownIncompat = 0;
const dataLayouts = { plain: 0, inline: 2 } as const;

/** Reads a superblock; an error for what is none, or for an image that is not plain. */
export function parseSuperblock(bytes: Buffer): Superblock {
  if (bytes.readUInt32LE(0) !== magic) throw new ToolError("mkfs.erofs wrote no erofs");
  const incompat = bytes.readUInt32LE(80);
  if (incompat !== knownIncompat)
    throw new ToolError(`mkfs.erofs wrote an erofs with unknown features (${incompat})`);
  const blockBytes = 2 ** bytes.readUInt8(12);
  return {
    blockBytes,
    rootNid: bytes.readUInt16LE(14),
    buildTime: Number(bytes.readBigInt64LE(24)),
    metaOffset: bytes.readUInt32LE(40) * blockBytes,
    sharedXattrsOffset: bytes.readUInt32LE(44) * blockBytes,
  };
}

/** Where an inode lies. */
export function inodeOffset(nid: number, { metaOffset }: Superblock): number {
  return metaOffset + nid * slotBytes;
}

/** Reads an inode from the bytes at its place. */
export function parseInode(bytes: Buffer, nid: number, superblock: Superblock): ErofsInode {
  const format = bytes.readUInt16LE(0);
  const isExtended = (format & 1) === 1;
  const layout = (format >> 1) & 7;
  const count = bytes.readUInt16LE(2);
  const xattrsBytes = count === 0 ? 0 : 12 + 4 * (count - 1);
  const xattrsOffset = inodeOffset(nid, superblock) + (isExtended ? inodeBytes : slotBytes);
  const size = isExtended ? Number(bytes.readBigUInt64LE(8)) : bytes.readUInt32LE(8);
  const place = bytes.readUInt32LE(16);
  const mode = bytes.readUInt16LE(4);
  const head = { nid, mode, size, xattrsOffset, xattrsBytes, device: place };
  const owner = isExtended
    ? {
        uid: bytes.readUInt32LE(24),
        gid: bytes.readUInt32LE(28),
        mtime: Number(bytes.readBigInt64LE(32)),
        mtimeNs: bytes.readUInt32LE(40),
        links: bytes.readUInt32LE(44),
      }
    : {
        uid: bytes.readUInt16LE(24),
        gid: bytes.readUInt16LE(26),
        mtime: superblock.buildTime,
        mtimeNs: 0,
        links: bytes.readUInt16LE(6),
      };
  const tailOffset = xattrsOffset + xattrsBytes;
  const { blockBytes } = superblock;
  return {
    ...head,
    ...owner,
    data: hasData(mode) ? pieces(layout, { size, place, tailOffset, blockBytes }) : [],
  };
}

/** Only files, directories and symlinks have data: a device keeps its number where others say where that lies. */
function hasData(mode: number): boolean {
  return [0x8000, 0x4000, 0xa000].includes(mode & 0xf000);
}

function pieces(
  layout: number,
  at: { size: number; place: number; tailOffset: number; blockBytes: number },
): ErofsInode["data"] {
  const { size, place, tailOffset, blockBytes } = at;
  const start = place * blockBytes;
  if (size === 0) return [];
  if (layout === dataLayouts.plain) return [[start, size]];
  if (layout !== dataLayouts.inline)
    throw new ToolError(`mkfs.erofs laid data out in an unknown way (${layout})`);
  const head = (Math.ceil(size / blockBytes) - 1) * blockBytes;
  return [...(head > 0 ? [[start, head] as const] : []), [tailOffset, size - head]];
}
