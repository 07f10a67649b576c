import { ContentError } from "../errors.ts";

/** A value of a row: of numbers the bytes as well, which nothing here needs otherwise. */
type Row = readonly Buffer[];

const magic = "SQLite format 3\0";
const interior = 0x05;
const leaf = 0x0d;
/** Lengths of the serial types 0 to 9: nothing, numbers of 1 to 8 bytes, and the constants 0 and 1. */
const lengths = [0, 1, 2, 3, 4, 6, 8, 8, 0, 0];

/**
 * The rows of a table of a SQLite database (sqlite.org/fileformat2), in the order of their keys, values as bytes. Damage is a ContentError;
 * what lies in a write-ahead log beside the file is not seen.
 */
export function sqliteRows(database: Buffer, table: string): Row[] {
  const damaged = (why: string) => new ContentError(`The SQLite database is damaged: ${why}`);
  if (database.length < 512 || database.toString("latin1", 0, 16) !== magic)
    throw damaged("it does not begin as one");
  const stated = database.readUInt16BE(16);
  const pageBytes = stated === 1 ? 65536 : stated;
  const usable = pageBytes - database[20]!;
  if (pageBytes < 512 || (pageBytes & (pageBytes - 1)) !== 0 || usable < 480)
    throw damaged(`its pages have ${pageBytes} bytes`);

  const page = (number: number): Buffer => {
    const start = (number - 1) * pageBytes;
    if (number < 1 || start + pageBytes > database.length)
      throw damaged(`it has no page ${number}`);
    return database.subarray(start, start + pageBytes);
  };

  /** A row's bytes, of which the last may lie on pages of their own. */
  const payloadAt = (bytes: Buffer, at: number): Buffer => {
    const [size, afterSize] = varint(bytes, at);
    const [, start] = varint(bytes, afterSize);
    const most = usable - 35;
    const least = Math.floor(((usable - 12) * 32) / 255) - 23;
    const spilling = least + ((size - least) % (usable - 4));
    const local = size <= most ? size : spilling <= most ? spilling : least;
    const end = start + local + (local < size ? 4 : 0);
    if (size > database.length || end > bytes.length) throw damaged("a row's size");
    const parts = [bytes.subarray(start, start + local)];
    let missing = size - local;
    let next = missing > 0 ? bytes.readUInt32BE(start + local) : 0;
    while (missing > 0) {
      const more = page(next);
      const length = Math.min(missing, usable - 4);
      parts.push(more.subarray(4, 4 + length));
      missing -= length;
      next = more.readUInt32BE(0);
    }
    return Buffer.concat(parts);
  };

  const rowsOf = (root: number): Row[] => {
    const rows: Row[] = [];
    const seen = new Set<number>();
    const waiting = [root];
    for (let number = waiting.pop(); number !== undefined; number = waiting.pop()) {
      if (seen.has(number)) throw damaged(`page ${number} is in it twice`);
      seen.add(number);
      const bytes = page(number);
      const head = number === 1 ? 100 : 0;
      const kind = bytes[head];
      if (kind !== interior && kind !== leaf) throw damaged(`page ${number} is of no table`);
      const cells = bytes.readUInt16BE(head + 3);
      const first = head + (kind === interior ? 12 : 8);
      if (first + cells * 2 > bytes.length) throw damaged(`page ${number} has ${cells} cells`);
      const at = Array.from({ length: cells }, (_, i) => bytes.readUInt16BE(first + i * 2));
      if (kind === leaf) for (const cell of at) rows.push(valuesOf(payloadAt(bytes, cell)));
      else {
        const children = at.map((cell) => bytes.readUInt32BE(Math.min(cell, bytes.length - 4)));
        waiting.push(...[...children, bytes.readUInt32BE(head + 8)].reverse());
      }
    }
    return rows;
  };

  // type, name, tbl_name, rootpage, sql
  const entry = rowsOf(1).find(
    ([type, name]) => String(type) === "table" && String(name) === table,
  );
  const root = entry?.[3];
  if (!root || root.length < 1 || root.length > 4) throw damaged(`it has no table ${table}`);
  return rowsOf(root.readUIntBE(0, root.length));
}

/** A record: lengths by type, then the values (sqlite.org/fileformat2, "Record Format"). */
function valuesOf(record: Buffer): Row {
  const [headBytes, start] = varint(record, 0);
  const values: Buffer[] = [];
  let at = headBytes;
  for (let here = start; here < Math.min(headBytes, record.length); ) {
    const [type, next] = varint(record, here);
    const length = type >= 12 ? (type - 12) >> 1 : (lengths[type] ?? 0);
    values.push(record.subarray(at, at + length));
    at += length;
    here = next;
  }
  return values;
}

/** A number of 1 to 9 bytes, seven bits a byte, and where it ends; a byte behind the end counts as 0. */
function varint(bytes: Buffer, at: number): [value: number, end: number] {
  let value = 0;
  for (let i = 0; i < 8; i++) {
    const byte = bytes[at + i] ?? 0;
    value = value * 128 + (byte & 0x7f);
    if (byte < 0x80) return [value, at + i + 1];
  }
  return [value * 256 + (bytes[at + 8] ?? 0), at + 9];
}
