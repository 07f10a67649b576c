import { crc32 } from "node:zlib";
import { ContentError } from "../errors.ts";
import { sectorBytes } from "./layout.ts";

/** A partition of a disk from elsewhere. */
export interface FoundPartition {
  readonly number: number;
  readonly offsetBytes: number;
  readonly sizeBytes: number;
}

/** Bytes of a disk at an offset; an error where there are none. */
type ReadDisk = (offset: number, length: number) => Promise<Buffer>;

const entriesAt = 446;
const entryBytes = 16;
const protective = 0xee;
const mostEntries = 1024;

/** The partitions of an MBR or a GPT; none where the disk has no table. Logical ones of an MBR are not read. */
export async function readTable(read: ReadDisk, diskBytes: number): Promise<FoundPartition[]> {
  if (diskBytes < 3 * sectorBytes) return [];
  const mbr = await read(0, sectorBytes);
  if (mbr.readUInt16LE(510) !== 0xaa55) return [];
  const found = [0, 1, 2, 3].map((i) =>
    mbr.subarray(entriesAt + i * entryBytes).subarray(0, entryBytes),
  );
  if (found.some((entry) => entry[4] === protective)) return readGpt(read, diskBytes);
  return found.flatMap((entry, i) => {
    const sectors = entry.readUInt32LE(12);
    const isExtended = [0x05, 0x0f, 0x85].includes(entry[4] ?? 0);
    // Without a flag that is one, these are the letters of a boot sector's text.
    if (sectors === 0 || isExtended || entry[4] === 0 || (entry[0] ?? 0) % 0x80 !== 0) return [];
    return inside({ number: i + 1, startSector: entry.readUInt32LE(8), sectors }, diskBytes);
  });
}

async function readGpt(read: ReadDisk, diskBytes: number): Promise<FoundPartition[]> {
  const header = await read(sectorBytes, sectorBytes);
  const bad = (what: string) =>
    new ContentError(`its GPT is damaged: ${what}`, { hint: "repair a copy of it with sgdisk -e" });
  if (header.toString("latin1", 0, 8) !== "EFI PART") throw bad("it has no header");
  const headerBytes = header.readUInt32LE(12);
  if (headerBytes < 92 || headerBytes > sectorBytes) throw bad(`a header of ${headerBytes} bytes`);
  const sum = header.readUInt32LE(16);
  const plain = Buffer.from(header.subarray(0, headerBytes));
  plain.writeUInt32LE(0, 16);
  if (crc32(plain) !== sum) throw bad("the header does not have its checksum");
  const [count, size] = [header.readUInt32LE(80), header.readUInt32LE(84)];
  if (count > mostEntries || size < 128 || size > 4096)
    throw bad(`${count} entries of ${size} bytes`);
  const entries = await read(Number(header.readBigUInt64LE(72)) * sectorBytes, count * size);
  if (crc32(entries) !== header.readUInt32LE(88))
    throw bad("the entries do not have their checksum");
  return Array.from({ length: count }, (_, i) =>
    entries.subarray(i * size, (i + 1) * size),
  ).flatMap((entry, i) => {
    if (entry.subarray(0, 16).every((byte) => byte === 0)) return [];
    const startSector = Number(entry.readBigUInt64LE(32));
    const sectors = Number(entry.readBigUInt64LE(40)) - startSector + 1;
    return inside({ number: i + 1, startSector, sectors }, diskBytes);
  });
}

function inside(
  { number, startSector, sectors }: { number: number; startSector: number; sectors: number },
  diskBytes: number,
): FoundPartition[] {
  const [offsetBytes, sizeBytes] = [startSector * sectorBytes, sectors * sectorBytes];
  if (startSector < 1 || sectors < 1 || offsetBytes + sizeBytes > diskBytes)
    throw new ContentError(
      `partition ${number} (from byte ${offsetBytes}, ${sizeBytes} bytes) is not inside the disk of ${diskBytes} bytes`,
      { hint: "was it copied whole?" },
    );
  return [{ number, offsetBytes, sizeBytes }];
}
