import { sealSuperBlock } from "../checksums/checksums.ts";
import { blockSize, flexGroups, groupBlocks, inodeNumber, inodeSize } from "../format.ts";
import { type FullOptions, uuidBytes } from "../options.ts";
import type { Geometry } from "./geometry.ts";

// Kernel documentation, "Super Block".

/** s_feature_compat: has_journal, ext_attr, resize_inode, dir_index. */
const compatible = 0x4 | 0x8 | 0x10 | 0x20;
/** s_feature_incompat: filetype, extent, flex_bg. Old GRUB and extlinux read all of them. */
const incompatible = 0x2 | 0x40 | 0x200;
/** s_feature_ro_compat: sparse_super, large_file, huge_file, dir_nlink, extra_isize, metadata_csum. */
const readOnlyCompatible = 0x1 | 0x2 | 0x8 | 0x20 | 0x40 | 0x400;
const resizeInode = 0x10;
const halfMd4 = 1;
/** s_flags: names are hashed as signed characters, as on x86. */
const signedHash = 1;
/** s_default_mount_opts: user_xattr, acl. */
const mountOptions = 0x4 | 0x8;
const crc32c = 1;
const extraInodeBytes = 32;

/** What a super block says besides geometry and options. */
export interface SuperBlockFields {
  readonly freeBlocks: number;
  readonly freeInodes: number;
  /** i_block of the journal's inode, kept as a spare copy. */
  readonly journalBlock: Buffer;
}

/** The 1024 bytes of the super block of a group; only that of group 0 has counters, so that backups never change. */
export function encodeSuperBlock(
  geometry: Geometry,
  options: FullOptions,
  fields: SuperBlockFields,
  group: number,
): Buffer {
  const s = Buffer.alloc(1024);
  const u32 = (value: number, at: number): void => void s.writeUInt32LE(value, at);
  const u16 = (value: number, at: number): void => void s.writeUInt16LE(value, at);
  u32(geometry.inodes, 0x00);
  u32(geometry.blocks, 0x04);
  u32(Math.floor((geometry.blocks * options.reservedPercent) / 100), 0x08);
  u32(group === 0 ? fields.freeBlocks : 0, 0x0c);
  u32(group === 0 ? fields.freeInodes : 0, 0x10);
  u32(Math.log2(blockSize) - 10, 0x18);
  u32(Math.log2(blockSize) - 10, 0x1c); // s_log_cluster_size
  u32(groupBlocks, 0x20);
  u32(groupBlocks, 0x24); // s_clusters_per_group
  u32(geometry.inodesPerGroup, 0x28);
  u32(options.epochSeconds, 0x30); // s_wtime
  u16(0xffff, 0x36); // s_max_mnt_count: never check for having been mounted often
  u16(0xef53, 0x38);
  u16(1, 0x3a); // s_state: clean
  u16(1, 0x3c); // s_errors: continue
  u32(options.epochSeconds, 0x40); // s_lastcheck
  u32(1, 0x4c); // s_rev_level: dynamic
  u32(inodeNumber.lostAndFound, 0x54); // s_first_ino
  u16(inodeSize, 0x58);
  u16(group, 0x5a);
  // At 16 TiB no spare descriptors are left, and without them the feature would be a lie.
  u32(geometry.spareBlocks > 0 ? compatible : compatible & ~resizeInode, 0x5c);
  u32(incompatible, 0x60);
  u32(readOnlyCompatible, 0x64);
  uuidBytes(options.uuid).copy(s, 0x68);
  s.write(options.label, 0x78, 16);
  u16(geometry.spareBlocks, 0xce);
  u32(inodeNumber.journal, 0xe0);
  uuidBytes(options.hashSeed).copy(s, 0xec);
  s.writeUInt8(halfMd4, 0xfc);
  s.writeUInt8(1, 0xfd); // s_jnl_backup_type: the next but one field holds i_block
  u16(0, 0xfe); // s_desc_size: that of the descriptors without 64bit
  u32(mountOptions, 0x100);
  u32(options.epochSeconds, 0x108); // s_mkfs_time
  fields.journalBlock.copy(s, 0x10c);
  u32(options.journalMiB * 2 ** 20, 0x14c);
  u16(extraInodeBytes, 0x15c); // s_min_extra_isize
  u16(extraInodeBytes, 0x15e); // s_want_extra_isize
  u32(signedHash, 0x160);
  s.writeUInt8(Math.log2(flexGroups), 0x174);
  s.writeUInt8(crc32c, 0x175);
  sealSuperBlock(s);
  return s;
}
