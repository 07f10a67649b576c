// Fixed numbers of the ext4 that we write. References: Linux Documentation/filesystems/ext4 ("ext4 Data
// Structures and Algorithms") and e2fsprogs lib/ext2fs/ext2_fs.h.

/** Bytes of a block; no other size is written. */
export const blockSize = 4096;
/** Blocks of a block group: one bitmap block has a bit for each. */
export const groupBlocks = 8 * blockSize;
/** Block groups whose bitmaps and inode tables lie together (feature flex_bg). */
export const flexGroups = 16;
/** Bytes of an inode; the part behind 160 holds small extended attributes. */
export const inodeSize = 256;
/** Inodes of one block of an inode table. */
export const inodesPerBlock = blockSize / inodeSize;
/** Bytes of a group descriptor without the 64bit feature. */
export const descriptorSize = 32;
/** Bytes at a directory block's end that hold its checksum (struct ext4_dir_entry_tail). */
export const directoryTail = 12;
/** Longest run that one initialised extent can describe (EXT_INIT_MAX_LEN). */
export const extentBlocks = 32768;
/** Symlink targets below this length live in the inode itself. */
export const fastSymlinkBytes = 60;
/** Contents of a layer start at a multiple of this many blocks (64 KiB, the unit of deltas). */
export const layerAlignment = 16;

/** Numbers of the inodes that are not assigned to paths (EXT4_*_INO). */
export const inodeNumber = { root: 2, resize: 7, journal: 8, lostAndFound: 11 } as const;

/** File type bits of i_mode. */
export const modeBits = {
  fifo: 0x1000,
  character: 0x2000,
  directory: 0x4000,
  block: 0x6000,
  file: 0x8000,
  symlink: 0xa000,
} as const;

/** File type byte of a directory entry (feature filetype). */
export const direntType = {
  file: 1,
  directory: 2,
  character: 3,
  block: 4,
  fifo: 5,
  symlink: 7,
} as const;

/** i_flags: the directory has a hash tree. */
export const indexFlag = 0x1000;
/** i_flags: i_block holds an extent tree. */
export const extentsFlag = 0x80000;

/** The least multiple of `step` that is not below `value`. */
export function roundUp(value: number, step: number): number {
  return Math.ceil(value / step) * step;
}
