import { ContentError } from "../../errors.ts";
import { crc32c } from "../checksums/crc32c.ts";
import type { ReadableBytes } from "./source.ts";

// Kernel documentation, "Super Block". Anything from ext2 to ext4 that was unmounted cleanly is read.

/** Where the super block lies, and its length. */
export const superBlockOffset = 1024;
const superBlockBytes = 1024;
const magic = 0xef53;
const firstRevision = 0;
const states = { clean: 1, errors: 2 } as const;
const orphansPresent = 0x10000;

/** Incompatible features that change nothing for a reader, or that it knows. */
const known = {
  filetype: 0x2,
  extents: 0x40,
  "64bit": 0x80,
  mmp: 0x100,
  flexBg: 0x200,
  checksumSeed: 0x2000,
  largeDirectories: 0x4000,
  encrypt: 0x10000,
  casefold: 0x20000,
} as const;
const needsRecovery = 0x4;
const refused: Readonly<Record<number, string>> = {
  1: "compression",
  8: "a journal device",
  16: "meta_bg",
  1024: "ea_inode",
  4096: "dirdata",
  32768: "inline_data",
};
const checksums = 0x400;

/** What is needed to find inodes and blocks. */
export interface SuperBlock {
  readonly blockBytes: number;
  readonly blocks: number;
  readonly inodes: number;
  readonly inodesPerGroup: number;
  readonly inodeBytes: number;
  readonly descriptorBytes: number;
  readonly descriptorsOffset: number;
  readonly hasFileTypes: boolean;
  /** Register that checksums start from; undefined where there are none. */
  readonly checksumSeed: number | undefined;
  readonly label: string;
}

/** True where an ext2, ext3 or ext4 begins. */
export async function isExt(partition: ReadableBytes): Promise<boolean> {
  if (partition.sizeBytes < superBlockOffset + superBlockBytes) return false;
  return (await partition.read(superBlockOffset, superBlockBytes)).readUInt16LE(56) === magic;
}

/** Reads a super block; an error says what cannot be read, and why. */
export async function readSuperBlock(partition: ReadableBytes): Promise<SuperBlock> {
  const s = await partition.read(superBlockOffset, superBlockBytes);
  if (s.readUInt16LE(56) !== magic) throw new ContentError("it holds no ext2, ext3 or ext4");
  const revision = s.readUInt32LE(76);
  const features = revision === firstRevision ? 0 : s.readUInt32LE(96);
  const readOnlyFeatures = revision === firstRevision ? 0 : s.readUInt32LE(100);
  demandKnown(features);
  demandClean(s, features, readOnlyFeatures);
  const hasChecksums = (readOnlyFeatures & checksums) !== 0;
  if (hasChecksums && s.readUInt32LE(0x3fc) !== crc32c(0xffffffff, s, 0, 0x3fc))
    throw damaged("its super block does not have its checksum");
  const logBlock = s.readUInt32LE(24);
  const firstBlock = s.readUInt32LE(20);
  const is64bit = (features & known["64bit"]) !== 0;
  const blockBytes = 1024 * 2 ** logBlock;
  const found: SuperBlock = {
    blockBytes,
    blocks: s.readUInt32LE(4) + (is64bit ? s.readUInt32LE(0x150) * 2 ** 32 : 0),
    inodes: s.readUInt32LE(0),
    inodesPerGroup: s.readUInt32LE(40),
    inodeBytes: revision === firstRevision ? 128 : s.readUInt16LE(88),
    descriptorBytes: is64bit ? s.readUInt16LE(0xfe) : 32,
    // In the block behind the one that holds the super block.
    descriptorsOffset: Math.max(blockBytes, 2 * superBlockOffset),
    hasFileTypes: (features & known.filetype) !== 0,
    checksumSeed: hasChecksums ? seedOf(s, features) : undefined,
    label: s.toString("latin1", 120, 136).replace(/\0.*$/s, ""),
  };
  demandSane(found, logBlock, firstBlock, partition.sizeBytes);
  return found;
}

function seedOf(s: Buffer, features: number): number {
  return (features & known.checksumSeed) !== 0
    ? s.readUInt32LE(0x270)
    : crc32c(0xffffffff, s.subarray(104, 120));
}

function demandKnown(features: number): void {
  const all = Object.values(known).reduce((sum, bit) => sum | bit, needsRecovery);
  const unknown = features & ~all;
  if (unknown === 0) return;
  const bit = unknown & -unknown;
  throw new ContentError(
    `it uses ${refused[bit] ?? `the feature 0x${(bit >>> 0).toString(16)}`}, which is not read`,
    { hint: "copy its files into a new ext4, such as one that mke2fs makes by itself" },
  );
}

/** A journal that was not replayed, and files that were being deleted, are not what is on the disk. */
function demandClean(s: Buffer, features: number, readOnlyFeatures: number): void {
  const why =
    (features & needsRecovery) !== 0
      ? "its journal holds changes that are not on the disk yet"
      : (s.readUInt16LE(58) & states.errors) !== 0
        ? "it is marked as having errors"
        : (s.readUInt16LE(58) & states.clean) === 0
          ? "it was not unmounted"
          : s.readUInt32LE(0xe8) !== 0 || (readOnlyFeatures & orphansPresent) !== 0
            ? "it has files that were being deleted"
            : undefined;
  if (why === undefined) return;
  throw new ContentError(`it is not clean: ${why}`, {
    hint: "shut the machine down cleanly before its disk is copied, or run e2fsck -f on a copy of the partition",
  });
}

function demandSane(s: SuperBlock, logBlock: number, firstBlock: number, sizeBytes: number): void {
  const bad = (what: string, value: number) => damaged(`its super block has ${what} ${value}`);
  if (logBlock > 6) throw bad("the block size 2 to the power of", 10 + logBlock);
  // With bigalloc it is 0 for blocks of 1 KiB too.
  if (firstBlock > (logBlock === 0 ? 1 : 0)) throw bad("the first block", firstBlock);
  const powers = [128, 256, 512, 1024, 2048, 4096];
  if (!powers.includes(s.inodeBytes) || s.inodeBytes > s.blockBytes)
    throw bad("inodes of bytes", s.inodeBytes);
  if (![32, 64, 128, 256, 512, 1024].includes(s.descriptorBytes))
    throw bad("group descriptors of bytes", s.descriptorBytes);
  if (s.inodesPerGroup === 0 || s.inodesPerGroup > 8 * s.blockBytes)
    throw bad("inodes per group", s.inodesPerGroup);
  if (s.blocks * s.blockBytes > sizeBytes)
    throw new ContentError(
      `it has ${s.blocks * s.blockBytes} bytes, more than its partition (${sizeBytes})`,
    );
}

/** An error for what no clean filesystem has. */
export function damaged(why: string): ContentError {
  return new ContentError(`it is damaged: ${why}`, { hint: "run e2fsck -f on a copy of it" });
}
