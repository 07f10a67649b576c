import type { FatGeometry } from "../plan/fat-geometry.ts";
import { sectorBytes } from "../plan/layout.ts";

/** What a filesystem is called, and where its partition begins. */
export interface FatIdentity {
  /** `XXXX-XXXX`. */
  readonly uuid: string;
  /** Up to 11 characters; empty for none. */
  readonly label: string;
  readonly startSector: number;
}

/** First cluster of the root directory of a FAT32. */
const rootCluster = 2;
/** Sector of the copy of a FAT32's first three sectors. */
export const backupSector = 6;

/** Where the code begins behind the largest parameter block, that of FAT32. */
const codeOffset = 90;

/** Tells the BIOS that there is nothing to boot: int 18h; hlt; jmp to the hlt. */
const noBootCode = [0xcd, 0x18, 0xf4, 0xeb, 0xfd];

/**
 * The first sector: geometry and identity (fatgen103, boot sector and BPB), and the code of a boot loader's sector where one is given.
 * Heads and sectors are those that the partition table counts with.
 */
export function bootSector(
  geometry: FatGeometry,
  { uuid, label, startSector }: FatIdentity,
  loader?: Uint8Array,
): Buffer {
  const { type, sectors } = geometry;
  const bytes = Buffer.alloc(sectorBytes);
  bytes.set([0xeb, codeOffset - 2, 0x90], 0);
  bytes.write("MSWIN4.1", 3, "latin1");
  bytes.set(noBootCode, codeOffset);
  if (loader) {
    bytes.set(loader.subarray(0, 11), 0);
    bytes.set(loader.subarray(codeOffset, 510), codeOffset);
  }
  const small = type !== "fat32" && sectors < 65536;
  bytes.writeUInt16LE(sectorBytes, 11);
  bytes.writeUInt8(geometry.sectorsPerCluster, 13);
  bytes.writeUInt16LE(geometry.reservedSectors, 14);
  bytes.writeUInt8(2, 16);
  bytes.writeUInt16LE(geometry.rootEntries, 17);
  bytes.writeUInt16LE(small ? sectors : 0, 19);
  bytes.writeUInt8(0xf8, 21);
  bytes.writeUInt16LE(type === "fat32" ? 0 : geometry.fatSectors, 22);
  bytes.writeUInt16LE(63, 24);
  bytes.writeUInt16LE(255, 26);
  bytes.writeUInt32LE(startSector % 2 ** 32, 28);
  bytes.writeUInt32LE(small ? 0 : sectors, 32);
  if (type === "fat32") {
    bytes.writeUInt32LE(geometry.fatSectors, 36);
    bytes.writeUInt32LE(rootCluster, 44);
    bytes.writeUInt16LE(1, 48);
    bytes.writeUInt16LE(backupSector, 50);
  }
  const at = type === "fat32" ? 64 : 36;
  bytes.writeUInt8(0x80, at);
  bytes.writeUInt8(0x29, at + 2);
  bytes.writeUInt32LE(Number.parseInt(uuid.replace("-", ""), 16), at + 3);
  bytes.write((label || "NO NAME").padEnd(11), at + 7, 11, "latin1");
  bytes.write(type.toUpperCase().padEnd(8), at + 18, 8, "latin1");
  bytes.writeUInt16LE(0xaa55, 510);
  return bytes;
}

/** FAT32's second sector, that of free counts (fatgen103, FSInfo). */
export function freeCounts(freeClusters: number, nextFree: number): Buffer {
  const bytes = Buffer.alloc(sectorBytes);
  bytes.writeUInt32LE(0x41615252, 0);
  bytes.writeUInt32LE(0x61417272, 484);
  bytes.writeUInt32LE(freeClusters, 488);
  bytes.writeUInt32LE(nextFree, 492);
  bytes.writeUInt32LE(0xaa550000, 508);
  return bytes;
}
