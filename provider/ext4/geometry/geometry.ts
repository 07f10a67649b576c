import { blockSize, descriptorSize, flexGroups, groupBlocks, inodesPerBlock } from "../format.ts";

/**
 * Where fixed metadata lies, whatever the size of the filesystem: growing it moves nothing. Each flex group
 * keeps room for the bitmaps and inode tables of all its 16 groups, and group descriptors have a constant room.
 */
export interface Layout {
  readonly inodesPerGroup: number;
  /** Blocks of one group's inode table. */
  readonly inodeTableBlocks: number;
  /** Blocks for group descriptors, used ones and spare ones for growing online. */
  readonly descriptorRoom: number;
}

/** A layout cut off at a size. */
export interface Geometry extends Layout {
  readonly blocks: number;
  readonly groups: number;
  readonly inodes: number;
  readonly descriptorBlocks: number;
  /** Room for descriptors that is not used yet (s_reserved_gdt_blocks). */
  readonly spareBlocks: number;
}

const groupsPerDescriptorBlock = blockSize / descriptorSize;
// 64 blocks describe 1 TiB. Only a filesystem near that size or above gets the most that ext4 allows (16 TiB).
const smallRoom = 64;
const largeRoom = 1024;
/** Group count from which a layout takes the large descriptor room. */
const largeGroups = (smallRoom - 1) * groupsPerDescriptorBlock + 1;
// A last group with less room than this behind its metadata is not worth having.
const leastUsefulBlocks = 64;

/** The layout of a filesystem of that many blocks; the same for all below a TiB. */
export function layoutFor(blocks: number, inodesPerGroup: number): Layout {
  return {
    inodesPerGroup,
    inodeTableBlocks: inodesPerGroup / inodesPerBlock,
    descriptorRoom: Math.ceil(blocks / groupBlocks) < largeGroups ? smallRoom : largeRoom,
  };
}

/** Feature sparse_super: group 0, 1 and the powers of 3, 5 and 7 have a super block. */
export function hasSuperBlock(group: number): boolean {
  if (group <= 1) return true;
  return [3, 5, 7].some((base) => {
    let power = base;
    while (power < group) power *= base;
    return power === group;
  });
}

/** Blocks of a super block with its descriptors and their spare room, at the start of some groups. */
export function headBlocks(layout: Layout, group: number): number {
  return hasSuperBlock(group) ? 1 + layout.descriptorRoom : 0;
}

/** Blocks at the start of a group that never hold contents, in use or not. */
export function reservedBlocks(layout: Layout, group: number): number {
  const flex = group % flexGroups === 0 ? flexGroups * (2 + layout.inodeTableBlocks) : 0;
  return headBlocks(layout, group) + flex;
}

/** Block numbers of a group's bitmaps and of its inode table's first block. */
export function groupMetadata(layout: Layout, group: number) {
  const nth = group % flexGroups;
  const first = (group - nth) * groupBlocks + headBlocks(layout, group - nth);
  return {
    blockBitmap: first + nth,
    inodeBitmap: first + flexGroups + nth,
    inodeTable: first + 2 * flexGroups + nth * layout.inodeTableBlocks,
  };
}

/** The least size a last, incomplete group may have. */
function leastLastGroup(layout: Layout, group: number): number {
  const own = group % flexGroups === 0 ? 2 * flexGroups + layout.inodeTableBlocks : 0;
  return headBlocks(layout, group) + own + leastUsefulBlocks;
}

/** Cuts a layout off at a number of blocks; a last group too small to be of use is left out. */
export function geometryOf(layout: Layout, sizeBlocks: number): Geometry {
  const rest = sizeBlocks % groupBlocks;
  const whole = sizeBlocks - rest;
  const blocks = rest < leastLastGroup(layout, whole / groupBlocks) ? whole : sizeBlocks;
  const groups = Math.ceil(blocks / groupBlocks);
  const descriptorBlocks = Math.ceil(groups / groupsPerDescriptorBlock);
  return {
    ...layout,
    blocks,
    groups,
    inodes: groups * layout.inodesPerGroup,
    descriptorBlocks,
    spareBlocks: layout.descriptorRoom - descriptorBlocks,
  };
}

/** The least number of blocks whose geometry reaches block `end` (exclusive) and has that many inodes. */
export function leastBlocks(layout: Layout, end: number, inodes: number): number {
  const group = Math.max(
    Math.ceil(end / groupBlocks) - 1,
    Math.ceil(inodes / layout.inodesPerGroup) - 1,
  );
  const start = group * groupBlocks;
  return Math.max(end, start + Math.min(leastLastGroup(layout, group), groupBlocks));
}
