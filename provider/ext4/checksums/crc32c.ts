// CRC-32C (Castagnoli), reflected polynomial 0x82f63b78, eight bytes a step ("slicing by 8").
// ext4 stores the raw register: start with ~0 where it says so, and never invert at the end.

function makeTables(): Uint32Array[] {
  const tables = Array.from({ length: 8 }, () => new Uint32Array(256));
  for (let n = 0; n < 256; n++) {
    let c = n;
    for (let bit = 0; bit < 8; bit++) c = c & 1 ? (c >>> 1) ^ 0x82f63b78 : c >>> 1;
    tables[0]![n] = c;
  }
  for (let k = 1; k < 8; k++) {
    for (let n = 0; n < 256; n++) {
      const before = tables[k - 1]![n]!;
      tables[k]![n] = tables[0]![before & 255]! ^ (before >>> 8);
    }
  }
  return tables;
}

const [T0, T1, T2, T3, T4, T5, T6, T7] = makeTables() as [
  Uint32Array,
  Uint32Array,
  Uint32Array,
  Uint32Array,
  Uint32Array,
  Uint32Array,
  Uint32Array,
  Uint32Array,
];

/** Continues a CRC-32C register over bytes `from` up to `to`. */
export function crc32c(register: number, b: Uint8Array, from = 0, to = b.length): number {
  let c = register;
  let i = from;
  for (; i + 8 <= to; i += 8) {
    c ^= b[i]! | (b[i + 1]! << 8) | (b[i + 2]! << 16) | (b[i + 3]! << 24);
    c =
      T7[c & 255]! ^
      T6[(c >>> 8) & 255]! ^
      T5[(c >>> 16) & 255]! ^
      T4[c >>> 24]! ^
      T3[b[i + 4]!]! ^
      T2[b[i + 5]!]! ^
      T1[b[i + 6]!]! ^
      T0[b[i + 7]!]!;
  }
  for (; i < to; i++) c = (c >>> 8) ^ T0[(c ^ b[i]!) & 255]!;
  return c >>> 0;
}

const word = Buffer.alloc(4);

/** Continues a CRC-32C register over a number as four little-endian bytes. */
export function crc32cOfNumber(register: number, value: number): number {
  word.writeUInt32LE(value >>> 0);
  return crc32c(register, word);
}
