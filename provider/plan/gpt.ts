import { crc32 } from "node:zlib";
import { sectorBytes } from "./layout.ts";
import { protectiveMbr } from "./mbr.ts";
import { attributeBitsOf } from "./partition-attributes.ts";
import { codesOf } from "./partition-types.ts";
import type { Blob, Table, TableEntry } from "./table.ts";

const headerBytes = 92;
const entryBytes = 128;
const entryCount = 128;
const entrySectors = (entryBytes * entryCount) / sectorBytes;

/** Bit 2 of the attributes: what gptmbr.bin looks for (UEFI 2.10 §5.3.3, "legacy BIOS bootable"). */
const legacyBootable = 4n;

/** Protective MBR, primary header with entries, and their backup at the end of the disk (UEFI 2.10 §5.3). */
export function gptBlobs(table: Table): Blob[] {
  const last = table.sizeBytes / sectorBytes - 1;
  const entries = entriesOf(table.partitions);
  const primary = header(table, entries, { self: 1, other: last, entries: 2 });
  const backupEntries = last - entrySectors;
  const backup = header(table, entries, { self: last, other: 1, entries: backupEntries });
  return [
    protectiveMbr(table.sizeBytes),
    { offsetBytes: sectorBytes, bytes: Buffer.concat([primary, entries]) },
    { offsetBytes: backupEntries * sectorBytes, bytes: Buffer.concat([entries, backup]) },
  ];
}

function header(
  table: Table,
  entries: Uint8Array,
  at: { self: number; other: number; entries: number },
): Buffer {
  const last = table.sizeBytes / sectorBytes - 1;
  const bytes = Buffer.alloc(sectorBytes);
  bytes.write("EFI PART", 0, "latin1");
  bytes.writeUInt32LE(0x00010000, 8);
  bytes.writeUInt32LE(headerBytes, 12);
  bytes.writeBigUInt64LE(BigInt(at.self), 24);
  bytes.writeBigUInt64LE(BigInt(at.other), 32);
  // Only whole MiB are handed out, but what lies between belongs to the usable range all the same.
  bytes.writeBigUInt64LE(BigInt(2 + entrySectors), 40);
  bytes.writeBigUInt64LE(BigInt(last - entrySectors - 1), 48);
  bytes.set(guid(table.diskSignature), 56);
  bytes.writeBigUInt64LE(BigInt(at.entries), 72);
  bytes.writeUInt32LE(entryCount, 80);
  bytes.writeUInt32LE(entryBytes, 84);
  bytes.writeUInt32LE(crc32(entries), 88);
  bytes.writeUInt32LE(crc32(bytes.subarray(0, headerBytes)), 16);
  return bytes;
}

function entriesOf(partitions: readonly TableEntry[]): Buffer {
  const bytes = Buffer.alloc(entryBytes * entryCount);
  partitions.forEach((partition, index) => {
    const at = index * entryBytes;
    const { startSector, sectors } = partition;
    bytes.set(guid(codesOf(partition.type).gpt), at);
    bytes.set(guid(partition.partUuid), at + 16);
    bytes.writeBigUInt64LE(BigInt(startSector), at + 32);
    bytes.writeBigUInt64LE(BigInt(startSector + sectors - 1), at + 40);
    const bits = (partition.bootable ? legacyBootable : 0n) | attributeBitsOf(partition.attributes);
    bytes.writeBigUInt64LE(bits, at + 48);
    bytes.write(partition.name, at + 56, 72, "utf16le");
  });
  return bytes;
}

/** A GUID as GPT, VHDX and VDI store it: the first three groups little-endian. */
export function guid(text: string): Buffer {
  const bytes = Buffer.from(text.replaceAll("-", ""), "hex");
  bytes.subarray(0, 4).reverse();
  bytes.subarray(4, 6).reverse();
  bytes.subarray(6, 8).reverse();
  return bytes;
}
