import { crc32c, crc32cOfNumber } from "../checksums/crc32c.ts";
import { modeBits } from "../format.ts";
import type { ReadableBytes } from "./source.ts";
import { damaged, type SuperBlock } from "./super-block.ts";

// Kernel documentation, "Index Nodes" and "Block Group Descriptors".

/** What an inode on a disk says. */
export interface FoundInode {
  readonly number: number;
  readonly type: keyof typeof modeBits | "socket" | "unknown";
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly size: number;
  readonly links: number;
  readonly flags: number;
  readonly mtime: number;
  readonly mtimeNs: number;
  /** i_block: extents, block numbers, a short target or a device number. */
  readonly iBlock: Buffer;
  readonly attributeBlock: number;
  /** What lies behind the fields: attributes, where there are some. */
  readonly behind: Buffer;
  /** Register that the checksums of its blocks start from. */
  readonly checksumSeed: number | undefined;
}

/** i_flags that are looked at (linux/fs.h, FS_*_FL). */
export const inodeFlags = {
  encrypted: 0x800,
  hashTree: 0x1000,
  hugeFile: 0x40000,
  extents: 0x80000,
  blocksBehindEnd: 0x400000,
  inlineData: 0x10000000,
} as const;

const typeMask = 0xf000;
const socketBits = 0xc000;
const oldInodeBytes = 128;

/** Reads inodes by number. */
export class InodeTable {
  readonly #partition: ReadableBytes;
  readonly #super: SuperBlock;
  readonly #tables = new Map<number, number>();

  constructor(partition: ReadableBytes, superBlock: SuperBlock) {
    this.#partition = partition;
    this.#super = superBlock;
  }

  async inode(number: number): Promise<FoundInode> {
    const { inodes, inodesPerGroup, inodeBytes } = this.#super;
    if (number < 1 || number > inodes) throw damaged(`a name has the inode ${number} of ${inodes}`);
    const group = Math.floor((number - 1) / inodesPerGroup);
    const table = this.#tables.get(group) ?? (await this.#tableOf(group));
    this.#tables.set(group, table);
    const at = table + ((number - 1) % inodesPerGroup) * inodeBytes;
    return parseInode(await this.#partition.read(at, inodeBytes), number, this.#super.checksumSeed);
  }

  async #tableOf(group: number): Promise<number> {
    const { descriptorsOffset, descriptorBytes, blockBytes } = this.#super;
    const at = descriptorsOffset + group * descriptorBytes;
    const d = await this.#partition.read(at, descriptorBytes);
    const high = descriptorBytes >= 64 ? d.readUInt32LE(0x28) : 0;
    return (d.readUInt32LE(8) + high * 2 ** 32) * blockBytes;
  }
}

function parseInode(bytes: Buffer, number: number, seed: number | undefined): FoundInode {
  const bits = bytes.readUInt16LE(0);
  const extra = bytes.length > oldInodeBytes ? bytes.readUInt16LE(0x80) : 0;
  if (extra > bytes.length - oldInodeBytes) throw damaged(`the inode ${number} is too long`);
  const own =
    seed === undefined
      ? undefined
      : crc32cOfNumber(crc32cOfNumber(seed, number), bytes.readUInt32LE(0x64));
  if (own !== undefined) demandChecksum(bytes, extra, own, number);
  const type = Object.entries(modeBits).find(([, value]) => value === (bits & typeMask))?.[0];
  const isLong = (bits & typeMask) === modeBits.file || (bits & typeMask) === modeBits.directory;
  const timeExtra = extra >= 0x8c - oldInodeBytes ? bytes.readUInt32LE(0x88) : 0;
  if (timeExtra >>> 2 >= 1e9) throw damaged(`the inode ${number} has a time that is none`);
  return {
    number,
    type: (type as FoundInode["type"]) ?? ((bits & typeMask) === socketBits ? "socket" : "unknown"),
    mode: bits & 0xfff,
    uid: bytes.readUInt16LE(0x02) + bytes.readUInt16LE(0x78) * 65536,
    gid: bytes.readUInt16LE(0x18) + bytes.readUInt16LE(0x7a) * 65536,
    size: bytes.readUInt32LE(0x04) + (isLong ? bytes.readUInt32LE(0x6c) * 2 ** 32 : 0),
    links: bytes.readUInt16LE(0x1a),
    flags: bytes.readUInt32LE(0x20),
    mtime: bytes.readInt32LE(0x10) + (timeExtra & 3) * 2 ** 32,
    mtimeNs: timeExtra >>> 2,
    iBlock: Buffer.from(bytes.subarray(0x28, 0x28 + 60)),
    attributeBlock: bytes.readUInt32LE(0x68) + bytes.readUInt16LE(0x76) * 2 ** 32,
    behind: Buffer.from(bytes.subarray(oldInodeBytes + extra)),
    checksumSeed: own,
  };
}

/** An inode of 128 bytes has the low half alone. */
function demandChecksum(inode: Buffer, extra: number, seed: number, number: number): void {
  const isWide = extra >= 4;
  const found = inode.readUInt16LE(0x7c) + (isWide ? inode.readUInt16LE(0x82) * 65536 : 0);
  const bytes = Buffer.from(inode);
  bytes.writeUInt16LE(0, 0x7c);
  if (isWide) bytes.writeUInt16LE(0, 0x82);
  const sum = crc32c(seed, bytes);
  if (found !== (isWide ? sum : sum & 0xffff) >>> 0)
    throw damaged(`the inode ${number} does not have its checksum`);
}
