import { sectorBytes } from "./layout.ts";
import { codesOf } from "./partition-types.ts";
import type { Blob, Table, TableEntry } from "./table.ts";

/** Where boot code ends and the disk signature stands. */
const signatureOffset = 440;
const entriesOffset = 446 - signatureOffset;
const entryBytes = 16;

/** What one entry says. */
interface MbrEntry {
  readonly active: boolean;
  readonly code: number;
  readonly startSector: number;
  readonly sectors: number;
}

/** The MBR's table: disk signature, four entries and the boot mark. */
export function mbrBlob(table: Table): Blob {
  const signature = Number.parseInt(table.diskSignature, 16);
  return mbrOf(signature, table.partitions.map(entryOf));
}

/** The MBR that keeps tools which do not know GPT off the disk (UEFI 2.10 §5.2.3). */
export function protectiveMbr(sizeBytes: number): Blob {
  const sectors = Math.min(sizeBytes / sectorBytes - 1, 0xffffffff);
  const blob = mbrOf(0, [{ active: false, code: 0xee, startSector: 1, sectors }]);
  // Tools write "beyond CHS" as its end even where CHS could say it.
  blob.bytes.fill(0xff, entriesOffset + 5, entriesOffset + 8);
  return blob;
}

function entryOf(partition: TableEntry): MbrEntry {
  const code = codesOf(partition.type).mbr ?? 0;
  return { active: partition.bootable, code, ...partition };
}

function mbrOf(signature: number, entries: readonly MbrEntry[]): Blob {
  const bytes = Buffer.alloc(sectorBytes - signatureOffset);
  bytes.writeUInt32LE(signature, 0);
  entries.forEach(({ active, code, startSector, sectors }, index) => {
    const at = entriesOffset + index * entryBytes;
    bytes.writeUInt8(active ? 0x80 : 0, at);
    bytes.set(chs(startSector), at + 1);
    bytes.writeUInt8(code, at + 4);
    bytes.set(chs(startSector + sectors - 1), at + 5);
    bytes.writeUInt32LE(startSector, at + 8);
    bytes.writeUInt32LE(sectors, at + 12);
  });
  bytes.writeUInt16LE(0xaa55, bytes.length - 2);
  return { offsetBytes: signatureOffset, bytes };
}

/** A sector in the cylinders, heads and sectors of 255 heads and 63 sectors, or the highest that three bytes can say. */
function chs(sector: number): Uint8Array {
  const last = 1024 * 255 * 63 - 1;
  const at = Math.min(sector, last);
  const cylinder = Math.floor(at / (255 * 63));
  const head = Math.floor(at / 63) % 255;
  return Uint8Array.of(head, ((at % 63) + 1) | ((cylinder >> 2) & 0xc0), cylinder & 0xff);
}
