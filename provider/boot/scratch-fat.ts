import { sectorBytes } from "../plan/layout.ts";

const reservedSectors = 1;
const fatSectors = 6;
const rootEntries = 512;
const totalSectors = 8192;

/** First sector of the first cluster, where the first file of an empty filesystem is put. */
const dataSector = reservedSectors + 2 * fatSectors + (rootEntries * 32) / sectorBytes;

/** An empty FAT12 filesystem of 4 MiB, for syslinux to install itself on (Microsoft's fatgen103). */
export function scratchFat(): Uint8Array {
  const bytes = Buffer.alloc(totalSectors * sectorBytes);
  bytes.set([0xeb, 0x3c, 0x90], 0);
  bytes.write("MSWIN4.1", 3, "latin1");
  bytes.writeUInt16LE(sectorBytes, 11);
  bytes.writeUInt8(4, 13);
  bytes.writeUInt16LE(reservedSectors, 14);
  bytes.writeUInt8(2, 16);
  bytes.writeUInt16LE(rootEntries, 17);
  bytes.writeUInt16LE(totalSectors, 19);
  bytes.writeUInt8(0xf8, 21);
  bytes.writeUInt16LE(fatSectors, 22);
  bytes.writeUInt16LE(32, 24);
  bytes.writeUInt16LE(64, 26);
  bytes.writeUInt8(0x80, 36);
  bytes.writeUInt8(0x29, 38);
  bytes.write("NO NAME    FAT12   ", 43, "latin1");
  bytes.writeUInt16LE(0xaa55, 510);
  for (const fat of [reservedSectors, reservedSectors + fatSectors])
    bytes.set([0xf8, 0xff, 0xff], fat * sectorBytes);
  return bytes;
}

/** What lies from the first cluster on. */
export function firstFile(image: Uint8Array): Uint8Array {
  return image.subarray(dataSector * sectorBytes);
}
