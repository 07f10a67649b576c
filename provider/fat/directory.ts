/** Bits of an entry's attributes. */
export const attributes = {
  readOnly: 0x01,
  hidden: 0x02,
  system: 0x04,
  volumeLabel: 0x08,
  directory: 0x10,
  archive: 0x20,
} as const;

/** Bytes of a slot of a directory. */
export const slotBytes = 32;

/** Units of a long name that one slot holds. */
const unitsPerSlot = 13;

/** An entry of a directory. */
export interface DirectoryEntry {
  /** Its 11 bytes: eight and three characters. */
  readonly short: string;
  /** Its long name, where the short one does not say it. */
  readonly long?: string;
  readonly attributes: number;
  /** Modification time in seconds since 1970. */
  readonly seconds: number;
  /** First cluster; 0 for none, and for the root directory. */
  readonly cluster: number;
  readonly size: number;
}

/** Slots that an entry takes. */
export function slotsOf({ long }: Pick<DirectoryEntry, "long">): number {
  return 1 + Math.ceil((long?.length ?? 0) / unitsPerSlot);
}

/** The slots of an entry: those of its long name, last part first, and its own (fatgen103, long directory entries). */
export function encodeEntry(entry: DirectoryEntry): Buffer {
  const own = Buffer.alloc(slotBytes);
  const { date, time } = fatTime(entry.seconds);
  own.write(entry.short, 0, 11, "latin1");
  own.writeUInt8(entry.attributes, 11);
  own.writeUInt16LE(time, 14);
  own.writeUInt16LE(date, 16);
  own.writeUInt16LE(date, 18);
  own.writeUInt16LE(entry.cluster >>> 16, 20);
  own.writeUInt16LE(time, 22);
  own.writeUInt16LE(date, 24);
  own.writeUInt16LE(entry.cluster & 0xffff, 26);
  own.writeUInt32LE(entry.size, 28);
  return Buffer.concat([...longSlots(entry.long ?? "", checksumOf(entry.short)), own]);
}

function longSlots(long: string, checksum: number): Buffer[] {
  const count = Math.ceil(long.length / unitsPerSlot);
  return Array.from({ length: count }, (_, index) => {
    const number = count - index;
    const slot = Buffer.alloc(slotBytes);
    slot.writeUInt8(number | (index === 0 ? 0x40 : 0), 0);
    slot.writeUInt8(0x0f, 11);
    slot.writeUInt8(checksum, 13);
    for (let unit = 0; unit < unitsPerSlot; unit++) {
      const at = (number - 1) * unitsPerSlot + unit;
      // A zero ends the name, and what is left of the slot is filled.
      const code = at < long.length ? long.charCodeAt(at) : at === long.length ? 0 : 0xffff;
      slot.writeUInt16LE(code, unit < 5 ? 1 + 2 * unit : unit < 11 ? 4 + 2 * unit : 6 + 2 * unit);
    }
    return slot;
  });
}

function checksumOf(short: string): number {
  let sum = 0;
  for (const byte of Buffer.from(short, "latin1"))
    sum = (((sum & 1) << 7) + (sum >> 1) + byte) & 0xff;
  return sum;
}

const first = Date.UTC(1980, 0, 1);
const last = Date.UTC(2107, 11, 31, 23, 59, 58);

/** A time in UTC as FAT counts: steps of two seconds from 1980 to 2107; what lies outside becomes the first or the last. */
export function fatTime(seconds: number): { readonly date: number; readonly time: number } {
  const at = new Date(Math.min(Math.max(seconds * 1000, first), last));
  return {
    date: ((at.getUTCFullYear() - 1980) << 9) | ((at.getUTCMonth() + 1) << 5) | at.getUTCDate(),
    time: (at.getUTCHours() << 11) | (at.getUTCMinutes() << 5) | (at.getUTCSeconds() >> 1),
  };
}
