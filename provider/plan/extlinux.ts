import { ContentError } from "../errors.ts";
import { type ExtlinuxArea, findArea, sectorBytes, sumDwords } from "./extlinux-area.ts";

/** Bytes of ldlinux.sys's two sectors of auxiliary data (boot-once commands), which stand behind its code. */
const advBytes = 2 * sectorBytes;

/** SYSLINUX's loader: the file that stands on the filesystem, and the sector that starts it. */
export interface Extlinux {
  /** ldlinux.sys with its auxiliary data: its size is final, only patched places change. */
  readonly ldlinuxSys: Uint8Array;
  /** First 512 bytes of the partition. */
  readonly bootSector: Uint8Array;
}

/** Where the loader comes to lie. */
export interface ExtlinuxPlace extends Extlinux {
  /** Sectors of 512 bytes, counted from the start of the partition, of every 512 bytes of ldlinux.sys in order. */
  readonly sectors: readonly number[];
  readonly partitionStartSector: number;
  readonly partitionSectors: number;
  /** Directory of ldlinux.sys, where it looks for its modules and its configuration, such as `/boot`. */
  readonly directory: string;
}

/**
 * The loader as it was before any installation, out of one that `syslinux` put on a FAT filesystem: sizes are known, places are not.
 * Equal for every FAT image, so that it can be kept by content.
 */
export function prepareExtlinux(installed: Extlinux): Extlinux {
  const { code } = split(installed.ldlinuxSys);
  const area = findArea(code);
  clearPlaces(code, area);
  const bootSector = Buffer.from(installed.bootSector);
  // The BIOS parameter block of the scratch filesystem.
  bootSector.fill(0, 11, 90);
  bootSector.writeUInt32LE(0, area.firstSectorLow);
  bootSector.writeUInt32LE(0, area.firstSectorHigh);
  seal(code, area);
  return { ldlinuxSys: Buffer.concat([code, emptyAdv()]), bootSector };
}

/** Tells a prepared loader where it lies, as `extlinux --install` does: same sizes, other bytes (libinstaller/syslxmod.c). */
export function patchExtlinux(place: ExtlinuxPlace): Extlinux {
  const { code, adv } = split(place.ldlinuxSys);
  const area = findArea(code);
  const codeSectors = code.length / sectorBytes;
  if (place.sectors.length !== codeSectors + 2)
    throw new RangeError(`ldlinux.sys has ${codeSectors + 2} sectors, not ${place.sectors.length}`);
  const [first = 0, ...others] = place.sectors.slice(0, codeSectors);
  clearPlaces(code, area);

  const bootSector = Buffer.from(place.bootSector);
  writeGeometry(bootSector, place);
  bootSector.writeUInt32LE(first % 2 ** 32, area.firstSectorLow);
  bootSector.writeUInt32LE(Math.floor(first / 2 ** 32), area.firstSectorHigh);

  const extents = extentsOf(others);
  if (extents.length > area.extentCount)
    throw new ContentError(
      `ldlinux.sys lies in ${extents.length} pieces but its table holds ${area.extentCount}`,
    );
  extents.forEach(({ sector, count }, index) => {
    code.writeBigUInt64LE(BigInt(sector), area.extents + index * 10);
    code.writeUInt16LE(count, area.extents + index * 10 + 8);
  });
  place.sectors.slice(codeSectors).forEach((sector, index) => {
    code.writeBigUInt64LE(BigInt(sector), area.advSectors + index * 8);
  });
  const directory = Buffer.from(place.directory);
  if (directory.length >= area.directoryBytes)
    throw new ContentError(
      `"${place.directory}" has ${directory.length} bytes but extlinux holds ${area.directoryBytes - 1}`,
    );
  code.set(directory, area.directory);
  seal(code, area);
  return { ldlinuxSys: Buffer.concat([code, adv]), bootSector };
}

function split(ldlinuxSys: Uint8Array): { code: Buffer; adv: Buffer } {
  const bytes = Buffer.from(ldlinuxSys);
  const at = bytes.length - advBytes;
  if (at <= 0 || at % sectorBytes !== 0)
    throw new ContentError(`ldlinux.sys has ${bytes.length} bytes, which are no whole sectors`);
  return { code: bytes.subarray(0, at), adv: bytes.subarray(at) };
}

function clearPlaces(code: Buffer, area: ExtlinuxArea): void {
  code.fill(0, area.extents, area.extents + area.extentCount * 10);
  code.fill(0, area.advSectors, area.advSectors + 16);
  code.fill(0, area.directory, area.directory + area.directoryBytes);
}

function seal(code: Buffer, area: ExtlinuxArea): void {
  code.writeUInt16LE(code.length / sectorBytes, area.start + 8);
  code.writeUInt16LE(2, area.start + 10);
  code.writeUInt32LE(code.length / 4, area.start + 12);
  code.writeUInt32LE(0, area.start + 16);
  code.writeUInt32LE(sumDwords(code), area.start + 16);
}

/** A FAT-like parameter block, which the boot code shares with FAT (geometry as extlinux guesses it for files). */
function writeGeometry(bootSector: Buffer, place: ExtlinuxPlace): void {
  const { partitionSectors, partitionStartSector } = place;
  bootSector.writeUInt16LE(sectorBytes, 11);
  bootSector.writeUInt16LE(partitionSectors < 65536 ? partitionSectors : 0, 19);
  bootSector.writeUInt16LE(32, 24);
  bootSector.writeUInt16LE(64, 26);
  bootSector.writeUInt32LE(partitionStartSector % 2 ** 32, 28);
  bootSector.writeUInt32LE(partitionSectors % 2 ** 32, 32);
}

/** Runs of sectors, each shorter than 64 KiB, which is what one BIOS read can take. */
function extentsOf(sectors: readonly number[]): { sector: number; count: number }[] {
  const extents: { sector: number; count: number }[] = [];
  for (const sector of sectors) {
    const last = extents.at(-1);
    if (last && sector === last.sector + last.count && last.count < 127) last.count++;
    else extents.push({ sector, count: 1 });
  }
  return extents;
}

function emptyAdv(): Buffer {
  const adv = Buffer.alloc(advBytes);
  for (const at of [0, sectorBytes]) {
    adv.writeUInt32LE(0x5a2d2fa5, at);
    adv.writeUInt32LE(0xa3041767, at + 4);
    adv.writeUInt32LE(0xdd28bf64, at + sectorBytes - 4);
  }
  return adv;
}
