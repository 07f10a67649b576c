import type { Range } from "../plan/ranges.ts";

const block = 512;
/** Entries of the map in the header, and in each block that goes on with it. */
const entriesInHeader = 4;
const entriesInBlock = 21;

/** A file for {@link sparseHeader}: what is not in its ranges is zeros. */
export interface SparseFile {
  readonly name: string;
  readonly sizeBytes: number;
  /** In order, apart, and each a whole number of 512-byte blocks. */
  readonly data: readonly Range[];
}

/** Header of a sparse file in GNU tar's own format ("oldgnu"); the bytes of its ranges follow, one behind the other. */
export function sparseHeader({ name, sizeBytes, data }: SparseFile): Buffer {
  const stored = data.reduce((sum, { start, end }) => sum + end - start, 0);
  const entries = data.map(({ start, end }): [number, number] => [start, end - start]);
  // As GNU tar says that a file ends in a hole.
  if ((data.at(-1)?.end ?? 0) < sizeBytes) entries.push([sizeBytes, 0]);
  const header = Buffer.alloc(block);
  header.write(name, 0, 100, "latin1");
  for (const [at, value] of [
    [100, 0o644], // mode
    [108, 0], // user
    [116, 0], // group
  ] as const)
    header.write(value.toString(8).padStart(7, "0"), at, "latin1");
  writeNumber(header, 124, stored);
  writeNumber(header, 136, 0); // modified at 1970-01-01T00:00:00Z: no clock
  header.write("S", 156, "latin1");
  header.write("ustar  \0", 257, "latin1");
  writeEntries(header, 386, entries.slice(0, entriesInHeader));
  header[482] = entries.length > entriesInHeader ? 1 : 0;
  writeNumber(header, 483, sizeBytes);
  header.fill(" ", 148, 156);
  const sum = header.reduce((total, byte) => total + byte, 0);
  header.write(`${sum.toString(8).padStart(6, "0")}\0 `, 148, "latin1");
  const blocks = [header];
  for (let at = entriesInHeader; at < entries.length; at += entriesInBlock) {
    const more = Buffer.alloc(block);
    writeEntries(more, 0, entries.slice(at, at + entriesInBlock));
    more[504] = entries.length > at + entriesInBlock ? 1 : 0;
    blocks.push(more);
  }
  return Buffer.concat(blocks);
}

function writeEntries(into: Buffer, at: number, entries: readonly [number, number][]): void {
  entries.forEach(([offset, length], i) => {
    writeNumber(into, at + 24 * i, offset);
    writeNumber(into, at + 24 * i + 12, length);
  });
}

/** Twelve bytes: octal text, or from 8 GiB on a binary number, as GNU tar writes it. */
function writeNumber(into: Buffer, at: number, value: number): void {
  if (value < 8 ** 11) {
    into.write(value.toString(8).padStart(11, "0"), at, "latin1");
    return;
  }
  into[at] = 0x80;
  into.writeBigUInt64BE(BigInt(value), at + 4);
}
