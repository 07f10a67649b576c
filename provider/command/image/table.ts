import { codesOf, partitionTypeNames } from "../../plan/partition-types.ts";
import type { ByteSource } from "../../store/vhd-view.ts";
import { bytesIfAny, uuidText } from "./region.ts";

/** A partition as its table has it. */
export interface Partition {
  readonly number: number;
  /** GPT's name for it; empty in an MBR. UTF-16 as text, of whoever made the image. */
  readonly name: string;
  /** Our name for its type, else the code itself. */
  readonly type: string;
  readonly offsetBytes: number;
  readonly sizeBytes: number;
  /** MBR: active. GPT: bootable by a BIOS (bit 2). */
  readonly bootable: boolean;
  readonly uuid: string;
}

/** What the first sectors of an image say about its parts. */
export interface PartitionMap {
  readonly table: "gpt" | "mbr";
  readonly diskId: string;
  /** Bytes before the partition table's own hold a program for a BIOS. */
  readonly bootCode: boolean;
  readonly partitions: readonly Partition[];
}

const sector = 512;
const mostEntries = 1024;
const leastEntryBytes = 128;
const protective = 0xee;

/** Reads a partition table (UEFI 2.10 §5.2, §5.3); undefined where there is none. A GPT behind an MBR counts. */
export async function readPartitionMap(source: ByteSource): Promise<PartitionMap | undefined> {
  const mbr = await bytesIfAny(source, 0, sector);
  if (mbr?.readUInt16LE(510) !== 0xaa55) return undefined;
  const bootCode = mbr.subarray(0, 440).some((byte) => byte !== 0);
  const gpt = await readGpt(source);
  if (gpt) return { ...gpt, bootCode };
  const partitions = [0, 1, 2, 3].flatMap((i) => mbrEntry(mbr, i));
  // The boot sector of a FAT ends with the same mark; what stands where the table would be is code.
  const plausible = partitions.every(
    ({ offsetBytes, sizeBytes }) =>
      offsetBytes > 0 && offsetBytes + sizeBytes <= source.sizeBytes + 2 ** 20,
  );
  const states = [0, 1, 2, 3].every((i) => [0, 0x80].includes(mbr[446 + i * 16]!));
  if (!plausible || !states || partitions.length === 0) return undefined;
  const diskId = mbr.readUInt32LE(440).toString(16).padStart(8, "0");
  return {
    table: "mbr",
    diskId,
    bootCode,
    partitions: partitions.map((partition) => ({
      ...partition,
      uuid: `${diskId}-${partition.number.toString(16).padStart(2, "0")}`,
    })),
  };
}

function mbrEntry(mbr: Buffer, index: number): Partition[] {
  const at = 446 + index * 16;
  const code = mbr[at + 4]!;
  const sectors = mbr.readUInt32LE(at + 12);
  if (code === 0 || code === protective || sectors === 0) return [];
  return [
    {
      number: index + 1,
      name: "",
      type: typeName((codes) => codes.mbr === code) ?? `0x${code.toString(16).padStart(2, "0")}`,
      offsetBytes: mbr.readUInt32LE(at + 8) * sector,
      sizeBytes: sectors * sector,
      bootable: mbr[at] === 0x80,
      uuid: "",
    },
  ];
}

async function readGpt(source: ByteSource): Promise<Omit<PartitionMap, "bootCode"> | undefined> {
  const header = await bytesIfAny(source, sector, sector);
  if (header?.toString("latin1", 0, 8) !== "EFI PART") return undefined;
  const count = Math.min(header.readUInt32LE(80), mostEntries);
  const length = header.readUInt32LE(84);
  const at = Number(header.readBigUInt64LE(72)) * sector;
  if (length < leastEntryBytes || length > 4096) return undefined;
  const entries = await bytesIfAny(source, at, count * length);
  if (!entries) return undefined;
  const partitions: Partition[] = [];
  for (let i = 0; i < count; i++) {
    const entry = entries.subarray(i * length, (i + 1) * length);
    if (entry.subarray(0, 16).every((byte) => byte === 0)) continue;
    const code = guidText(entry.subarray(0, 16));
    const first = Number(entry.readBigUInt64LE(32));
    const last = Number(entry.readBigUInt64LE(40));
    partitions.push({
      number: i + 1,
      name: entry.toString("utf16le", 56, 128).replace(/\0.*$/s, ""),
      type: typeName((codes) => codes.gpt === code) ?? code,
      offsetBytes: first * sector,
      sizeBytes: (last - first + 1) * sector,
      bootable: (entry.readBigUInt64LE(48) & 4n) !== 0n,
      uuid: guidText(entry.subarray(16, 32)),
    });
  }
  return { table: "gpt", diskId: guidText(header.subarray(56, 72)), partitions };
}

function typeName(is: (codes: ReturnType<typeof codesOf>) => boolean): string | undefined {
  return partitionTypeNames.find((name) => is(codesOf(name)));
}

/** A GUID from the bytes in which GPT stores it: the first three groups little-endian. */
function guidText(stored: Buffer): string {
  const bytes = Buffer.from(stored);
  bytes.subarray(0, 4).reverse();
  bytes.subarray(4, 6).reverse();
  bytes.subarray(6, 8).reverse();
  return uuidText(bytes);
}
