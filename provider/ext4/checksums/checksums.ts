import { blockSize, directoryTail } from "../format.ts";
import { crc32c, crc32cOfNumber } from "./crc32c.ts";

// Feature metadata_csum: kernel documentation, "Checksums".

/** Register that every metadata checksum of a filesystem starts from: the CRC of its UUID. */
export function filesystemSeed(uuid: Uint8Array): number {
  return crc32c(0xffffffff, uuid);
}

/** Register for the blocks of one inode: its number and generation, which is always 0 here. */
export function inodeSeed(filesystem: number, inode: number): number {
  return crc32cOfNumber(crc32cOfNumber(filesystem, inode), 0);
}

/** Puts the checksum into an encoded inode (i_checksum_lo at 0x7C, i_checksum_hi at 0x82). */
export function sealInode(inode: Buffer, seed: number): void {
  inode.writeUInt16LE(0, 0x7c);
  inode.writeUInt16LE(0, 0x82);
  const sum = crc32c(seed, inode);
  inode.writeUInt16LE(sum & 0xffff, 0x7c);
  inode.writeUInt16LE(sum >>> 16, 0x82);
}

/** Puts the tail into a linear directory block or a leaf of a hash tree. */
export function sealDirectoryBlock(block: Buffer, seed: number): void {
  const end = blockSize - directoryTail;
  block.writeUInt32LE(0, end);
  block.writeUInt16LE(directoryTail, end + 4);
  // det_reserved_ft: a file type that no entry has.
  block.writeUInt16LE(0xde00, end + 6);
  block.writeUInt32LE(crc32c(seed, block, 0, end), end + 8);
}

/** Puts the tail into a root or inner node of a hash tree (struct dx_tail); entries end at `used`. */
export function sealIndexBlock(block: Buffer, used: number, seed: number): void {
  const tail = blockSize - 8;
  block.fill(0, tail);
  block.writeUInt32LE(crc32c(crc32c(seed, block, 0, used), block, tail), tail + 4);
}

/** Puts the checksum behind the last record of an extent tree block (struct ext4_extent_tail). */
export function sealExtentBlock(block: Buffer, seed: number): void {
  block.writeUInt32LE(crc32c(seed, block, 0, blockSize - 4), blockSize - 4);
}

/** Puts the checksum into a block of extended attributes (h_checksum at 0x10). */
export function sealAttributeBlock(block: Buffer, filesystem: number, blockNumber: number): void {
  block.writeUInt32LE(0, 0x10);
  // The number is hashed as 64 bits.
  const seed = crc32cOfNumber(crc32cOfNumber(filesystem, blockNumber), 0);
  block.writeUInt32LE(crc32c(seed, block), 0x10);
}

/** Puts the checksum into a group descriptor (bg_checksum at 0x1E, low half of a CRC-32C). */
export function sealGroupDescriptor(descriptor: Buffer, filesystem: number, group: number): void {
  descriptor.writeUInt16LE(0, 0x1e);
  descriptor.writeUInt16LE(crc32c(crc32cOfNumber(filesystem, group), descriptor) & 0xffff, 0x1e);
}

/** Checksum of a bitmap as a 32-byte descriptor keeps it: the low half. */
export function bitmapChecksum(bitmap: Buffer, filesystem: number, bytes: number): number {
  return crc32c(filesystem, bitmap, 0, bytes) & 0xffff;
}

/** Puts the checksum into a super block (s_checksum at 0x3FC); it alone does not start from the UUID. */
export function sealSuperBlock(superBlock: Buffer): void {
  superBlock.writeUInt32LE(crc32c(0xffffffff, superBlock, 0, 0x3fc), 0x3fc);
}
