import { ContentError } from "../errors.ts";

/** Size of a tar block in bytes. */
export const BLOCK = 512;

/** Largest extended header or long name that is read, in bytes. */
export const MAX_EXTENSION = 1 << 20;

/** One tar header block as written, before extended headers apply. Texts are latin1: one character is one byte. */
export interface Header {
  readonly typeflag: string;
  readonly name: string;
  readonly linkName: string;
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly size: number;
  readonly mtime: number;
  readonly major: number;
  readonly minor: number;
}

/** Text of a fixed field, up to the first NUL. */
function text(block: Buffer, at: number, length: number): string {
  const end = block.indexOf(0, at);
  return block.toString("latin1", at, end < 0 || end > at + length ? at + length : end);
}

/** Reads a numeric field: octal text, or base-256 (a GNU extension) when the top bit is set; `offset` is for the error. */
export function parseNumber(block: Buffer, at: number, length: number, offset: number): number {
  if (block[at]! & 0x80) {
    let value = BigInt(block[at]! & 0x7f);
    for (let i = 1; i < length; i++) value = (value << 8n) | BigInt(block[at + i]!);
    const result = Number(BigInt.asIntN(length * 8 - 1, value));
    if (Number.isSafeInteger(result)) return result;
  } else {
    const digits = text(block, at, length).trim();
    if (/^[0-7]*$/.test(digits)) return digits === "" ? 0 : Number.parseInt(digits, 8);
  }
  throw new ContentError(`a number that makes no sense in the tar header at byte ${offset}`);
}

/** True for a block of zeros, two of which end an archive. */
export function isZeroBlock(block: Buffer): boolean {
  return block.every((byte) => byte === 0);
}

function checkSum(block: Buffer, offset: number): void {
  let unsigned = 256;
  let signed = 256;
  for (let i = 0; i < BLOCK; i++) {
    if (i >= 148 && i < 156) continue;
    const byte = block[i]!;
    unsigned += byte;
    signed += byte < 128 ? byte : byte - 256;
  }
  const stored = parseNumber(block, 148, 8, offset);
  // Old writers summed signed characters.
  if (stored !== unsigned && stored !== signed) {
    throw new ContentError(
      `bad checksum in the tar header at byte ${offset}: ${stored}, not ${unsigned}`,
    );
  }
}

/** Reads a header block that lies `offset` bytes into its archive, after verifying its checksum. */
export function parseHeader(block: Buffer, offset: number): Header {
  checkSum(block, offset);
  const number = (at: number, length: number) => parseNumber(block, at, length, offset);
  const typeflag = block[156] === 0 ? "0" : String.fromCharCode(block[156]!);
  let name = text(block, 0, 100);
  // "ustar\0" has a prefix field; GNU's "ustar  \0" keeps times and sparse maps there; star's is shorter.
  if (block.toString("latin1", 257, 263) === "ustar\0") {
    const prefix = text(block, 345, block.toString("latin1", 508, 512) === "tar\0" ? 131 : 155);
    if (prefix !== "") name = `${prefix}/${name}`;
  }
  const device = typeflag === "3" || typeflag === "4";
  const size = number(124, 12);
  if (size < 0) throw new ContentError(`negative size in the tar header at byte ${offset}`);
  return {
    typeflag,
    name,
    linkName: text(block, 157, 100),
    mode: number(100, 8) & 0o7777,
    uid: number(108, 8),
    gid: number(116, 8),
    size,
    mtime: number(136, 12),
    // Other types may have anything in these fields.
    major: device ? number(329, 8) : 0,
    minor: device ? number(337, 8) : 0,
  };
}
