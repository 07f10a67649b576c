/** An entry of a folder of a FAT. */
export interface FatName {
  /** UTF-8 as latin1, a character a byte. */
  readonly name: string;
  readonly isLabel: boolean;
  readonly isFolder: boolean;
  readonly cluster: number;
  readonly size: number;
  /** Seconds since 1970, the stored time taken for UTC. */
  readonly mtime: number;
}

const entryBytes = 32;
const longName = 0x0f;
/** Where the 13 characters of a long name's piece stand. */
const longAt = [1, 3, 5, 7, 9, 14, 16, 18, 20, 22, 24, 28, 30] as const;

/** Reads the entries of a folder (FAT specification 1.03): the long name of each where it has one. */
export function fatNames(folder: Buffer): FatName[] {
  const found: FatName[] = [];
  let long = "";
  for (let at = 0; at + entryBytes <= folder.length && folder[at] !== 0; at += entryBytes) {
    const entry = folder.subarray(at, at + entryBytes);
    const attributes = entry[11]!;
    if (entry[0] === 0xe5) {
      long = "";
      continue;
    }
    if ((attributes & 0x3f) === longName) {
      // Pieces come last first; the mark of the last one begins a name.
      long = longPiece(entry) + (entry[0]! & 0x40 ? "" : long);
      continue;
    }
    const isLabel = (attributes & 0x08) !== 0;
    found.push({
      name: isLabel ? plainText(entry.subarray(0, 11)) : bytesOf(long) || shortName(entry),
      isLabel,
      isFolder: (attributes & 0x10) !== 0,
      cluster: entry.readUInt16LE(26) + entry.readUInt16LE(20) * 2 ** 16,
      size: entry.readUInt32LE(28),
      mtime: secondsOf(entry.readUInt16LE(24), entry.readUInt16LE(22)),
    });
    long = "";
  }
  return found;
}

function longPiece(entry: Buffer): string {
  let text = "";
  for (const at of longAt) {
    const unit = entry.readUInt16LE(at);
    if (unit === 0 || unit === 0xffff) break;
    text += String.fromCharCode(unit);
  }
  return text;
}

function bytesOf(text: string): string {
  return Buffer.from(text).toString("latin1").replaceAll("/", "_");
}

function plainText(bytes: Buffer): string {
  return bytes.toString("latin1").trimEnd();
}

/** Bits 3 and 4 of byte 12 say that base and extension are in lower case. */
function shortName(entry: Buffer): string {
  const lower = (text: string, bit: number) => (entry[12]! & bit ? text.toLowerCase() : text);
  const stored = Buffer.from(entry.subarray(0, 8));
  // 0xe5 would mean that the entry is gone, so a name that begins with it has 5 there.
  if (stored[0] === 5) stored[0] = 0xe5;
  const base = lower(plainText(stored), 0x08);
  const extension = lower(plainText(entry.subarray(8, 11)), 0x10);
  return (extension ? `${base}.${extension}` : base).replaceAll("/", "_");
}

function secondsOf(date: number, time: number): number {
  const [year, month, day] = [1980 + (date >> 9), (date >> 5) & 15, date & 31];
  const [hour, minute, second] = [time >> 11, (time >> 5) & 63, (time & 31) * 2];
  return Date.UTC(year, month - 1, day, hour, minute, second) / 1000;
}
