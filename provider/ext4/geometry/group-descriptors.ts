import { bitmapChecksum, sealGroupDescriptor } from "../checksums/checksums.ts";
import { blockSize, descriptorSize } from "../format.ts";
import type { Bitmap } from "./bitmaps.ts";
import { type Geometry, groupMetadata } from "./geometry.ts";

// Kernel documentation, "Block Group Descriptors".

/** EXT4_BG_INODE_ZEROED: no background work for the guest, since holes are zeros. */
const inodeZeroed = 0x0004;

/** What the groups of a filesystem hold. */
export interface GroupContents {
  readonly blocks: readonly Bitmap[];
  readonly inodes: readonly Bitmap[];
  /** Directories with their inode in the group. */
  readonly directories: readonly number[];
}

/** The descriptors in use; backups (`contents` absent) have no counters, so that they never change. */
export function encodeDescriptors(
  geometry: Geometry,
  filesystemSeed: number,
  contents?: GroupContents,
): Buffer {
  const table = Buffer.alloc(geometry.descriptorBlocks * blockSize);
  for (let group = 0; group < geometry.groups; group++) {
    const descriptor = table.subarray(group * descriptorSize, (group + 1) * descriptorSize);
    const { blockBitmap, inodeBitmap, inodeTable } = groupMetadata(geometry, group);
    descriptor.writeUInt32LE(blockBitmap, 0x00);
    descriptor.writeUInt32LE(inodeBitmap, 0x04);
    descriptor.writeUInt32LE(inodeTable, 0x08);
    descriptor.writeUInt16LE(inodeZeroed, 0x12);
    if (contents) putContents(descriptor, geometry, filesystemSeed, contents, group);
    sealGroupDescriptor(descriptor, filesystemSeed, group);
  }
  return table;
}

function putContents(
  descriptor: Buffer,
  { inodesPerGroup }: Geometry,
  seed: number,
  contents: GroupContents,
  group: number,
): void {
  const blocks = contents.blocks[group]!;
  const inodes = contents.inodes[group]!;
  descriptor.writeUInt16LE(blocks.free, 0x0c);
  descriptor.writeUInt16LE(inodes.free, 0x0e);
  descriptor.writeUInt16LE(contents.directories[group] ?? 0, 0x10);
  descriptor.writeUInt16LE(bitmapChecksum(blocks.bytes, seed, blockSize), 0x18);
  descriptor.writeUInt16LE(bitmapChecksum(inodes.bytes, seed, inodesPerGroup / 8), 0x1a);
  descriptor.writeUInt16LE(inodesPerGroup - inodes.used, 0x1c); // bg_itable_unused
}
