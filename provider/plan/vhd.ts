import { createHash } from "node:crypto";
import { canonicalJson, sha256 } from "./canonical.ts";

const MiB = 1024 * 1024;
const footerBytes = 512;

/** A fixed VHD as a view of a raw disk: the disk, zeros up to a whole MiB, and a footer. Its bytes lie nowhere. */
export interface Vhd {
  /** Version of this description and of the footer; a new one makes a new digest. */
  readonly writer: 1;
  /** Digest of the raw disk. */
  readonly disk: string;
  /** Size of the raw disk. */
  readonly diskBytes: number;
  /** Size of the whole file: disk, zeros and footer. */
  readonly sizeBytes: number;
  /** The last 512 bytes, in base64. */
  readonly footer: string;
}

/** Describes the fixed VHD of a raw disk; the same disk always gives the same bytes. */
export function planVhd(disk: string, diskBytes: number): Vhd {
  const virtual = virtualSizeBytes(diskBytes);
  const footer = vhdFooter(virtual, disk).toString("base64");
  return { writer: 1, disk, diskBytes, sizeBytes: virtual + footerBytes, footer };
}

/** The object of the store that holds a description, and its digest. */
export function vhdObject(vhd: Vhd): { text: string; digest: string } {
  const text = canonicalJson(vhd);
  return { text, digest: sha256(text) };
}

/** Size of the machine's disk: Azure refuses what is not a whole number of MiB. */
export function virtualSizeBytes(diskBytes: number): number {
  return Math.ceil(diskBytes / MiB) * MiB;
}

/** Where the bytes of a part of the file come from; what neither covers is zeros. Offsets `at` count from the part's start. */
export function vhdPart(
  vhd: Vhd,
  offset: number,
  length: number,
): {
  readonly disk: { readonly offset: number; readonly length: number };
  readonly footer: { readonly at: number; readonly offset: number; readonly length: number };
} {
  const footerStart = vhd.sizeBytes - footerBytes;
  const end = Math.min(offset + length, vhd.sizeBytes);
  const from = Math.max(offset, footerStart);
  return {
    disk: { offset, length: Math.max(0, Math.min(end, vhd.diskBytes) - offset) },
    footer: { at: from - offset, offset: from - footerStart, length: Math.max(0, end - from) },
  };
}

/** The 512 bytes that end a fixed VHD (Microsoft's Virtual Hard Disk Image Format Specification 1.0). */
export function vhdFooter(virtualBytes: number, disk: string): Buffer {
  const footer = Buffer.alloc(footerBytes);
  footer.write("conectix", 0, "latin1");
  footer.writeUInt32BE(2, 8); // features: the reserved bit, always set
  footer.writeUInt32BE(0x00010000, 12); // format version 1.0
  footer.writeBigUInt64BE(0xffffffffffffffffn, 16); // no dynamic header: a fixed disk
  footer.writeUInt32BE(0, 24); // made at 2000-01-01T00:00:00Z: no clock
  footer.write("win ", 28, "latin1"); // of this creator, readers take the size below and not the geometry
  footer.writeUInt32BE(0x000a0000, 32); // its version
  footer.write("Wi2k", 36, "latin1");
  footer.writeBigUInt64BE(BigInt(virtualBytes), 40);
  footer.writeBigUInt64BE(BigInt(virtualBytes), 48);
  const { cylinders, heads, sectors } = geometry(virtualBytes / 512);
  footer.writeUInt16BE(cylinders, 56);
  footer.writeUInt8(heads, 58);
  footer.writeUInt8(sectors, 59);
  footer.writeUInt32BE(2, 60); // fixed
  createHash("sha256").update(`vhd\0${disk}`).digest().copy(footer, 68, 0, 16); // unique id
  const sum = footer.reduce((total, byte) => total + byte, 0);
  footer.writeUInt32BE(~sum >>> 0, 64);
  return footer;
}

/** Cylinders, heads and sectors as the specification's appendix computes them. */
function geometry(totalSectors: number): { cylinders: number; heads: number; sectors: number } {
  const total = Math.min(totalSectors, 65535 * 16 * 255);
  const split = (heads: number, sectors: number) => ({
    cylinders: Math.floor(Math.floor(total / sectors) / heads),
    heads,
    sectors,
  });
  if (total >= 65535 * 16 * 63) return split(16, 255);
  const tracks = Math.floor(total / 17);
  const heads = Math.max(4, Math.ceil(tracks / 1024));
  if (heads <= 16 && tracks < heads * 1024) return split(heads, 17);
  if (Math.floor(total / 31) < 16 * 1024) return split(16, 31);
  return split(16, 63);
}
