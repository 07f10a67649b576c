import { ContentError } from "../errors.ts";

/** Bytes of a sector as SYSLINUX counts. */
export const sectorBytes = 512;

const magic = 0x3eb202fe;

/** Where ldlinux.sys and its boot sector are patched (libinstaller/syslxint.h: patch_area, ext_patch_area). */
export interface ExtlinuxArea {
  /** Start of the patch area in ldlinux.sys. */
  readonly start: number;
  readonly advSectors: number;
  readonly directory: number;
  readonly directoryBytes: number;
  readonly extents: number;
  readonly extentCount: number;
  /** Offsets in the boot sector of the number of ldlinux.sys's first sector. */
  readonly firstSectorLow: number;
  readonly firstSectorHigh: number;
}

/** Finds the patch area of ldlinux.sys (without its auxiliary data). */
export function findArea(code: Buffer): ExtlinuxArea {
  const start = positionOf(code);
  const field = (index: number) => code.readUInt16LE(code.readUInt16LE(start + 22) + index * 2);
  const area = {
    start,
    advSectors: field(0),
    directory: field(1),
    directoryBytes: field(2),
    extents: field(5),
    extentCount: field(6),
    firstSectorLow: field(7),
    firstSectorHigh: field(8),
  };
  const ends = [
    area.advSectors + 16,
    area.directory + area.directoryBytes,
    area.extents + area.extentCount * 10,
  ];
  if (Math.max(...ends) > code.length || area.firstSectorHigh > sectorBytes - 4)
    throw new ContentError("ldlinux.sys points outside itself: this SYSLINUX is not supported");
  return area;
}

/** Bytes of an installed ldlinux.sys with its two sectors of auxiliary data, out of something that begins with it. */
export function loaderBytes(bytes: Uint8Array): number {
  const code = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return (code.readUInt16LE(positionOf(code) + 8) + 2) * sectorBytes;
}

function positionOf(code: Buffer): number {
  for (let at = 0; at < 64; at += 4) if (code.readUInt32LE(at) === magic) return at;
  throw new ContentError("ldlinux.sys has no patch area: this is no SYSLINUX 4 or later");
}

/** The checksum that makes all dwords of ldlinux.sys add up to its magic number, taken with its own field at zero. */
export function sumDwords(code: Buffer): number {
  let sum = magic;
  for (let at = 0; at < code.length; at += 4) sum = (sum - code.readUInt32LE(at)) >>> 0;
  return sum;
}
