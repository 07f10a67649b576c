import { closeSync, openSync, readSync } from "node:fs";
import { StoreError } from "../errors.ts";
import { WHITEOUT } from "./tree-path.ts";
import type { Entry, EntryType, LayerIndex, LayerMember } from "./types.ts";

const LETTERS: Record<EntryType, string> = {
  file: "f",
  directory: "d",
  symlink: "s",
  link: "l",
  character: "c",
  block: "b",
  fifo: "p",
};
const TYPES = Object.fromEntries(Object.entries(LETTERS).map(([type, letter]) => [letter, type]));

/** Characters of rows that are made into bytes, or read, at once: few enough for most rows to be gone before V8 takes them for lasting. */
const pieceLength = 1 << 16;
const newline = 0x0a;

type Row = [
  path: string,
  letter: string,
  mode: number,
  uid: number,
  gid: number,
  mtime: number,
  mtimeNs: number,
  size: number,
  rest?: Pick<Entry, "target" | "major" | "minor" | "xattrs" | "digest" | "segments">,
];

/**
 * The index of a layer as bytes, a JSON row for each member: a fifth of what objects take, which there are only for a few rows at a time.
 * Each piece holds whole rows with their line ends.
 */
export class PackedIndex implements LayerIndex {
  readonly pieces: Iterable<Buffer>;
  readonly members: Iterable<LayerMember> = {
    [Symbol.iterator]: () => this.#members(() => true),
  };
  readonly whiteouts: Iterable<LayerMember> = {
    [Symbol.iterator]: () => this.#members((rows) => rows.includes(WHITEOUT)),
  };

  constructor(pieces: Iterable<Buffer>) {
    this.pieces = pieces;
  }

  *#members(isWanted: (rows: Buffer) => boolean): Generator<LayerMember> {
    for (const rows of this.pieces) {
      if (!isWanted(rows)) continue;
      const list = rows.toString("utf8", 0, rows.length - 1).replaceAll("\n", ",");
      for (const row of JSON.parse(`[${list}]`) as Row[]) yield memberOf(row);
    }
  }
}

/** How many rows there are in a piece. */
export function rowsIn(piece: Buffer): number {
  let count = 0;
  for (let at = piece.indexOf(newline); at >= 0; at = piece.indexOf(newline, at + 1)) count++;
  return count;
}

/** Whole rows of a file from one byte up to another, in pieces whose memory is used again. */
export function* rowsOfFile(path: string, start: number, end: number): Generator<Buffer> {
  const file = openSync(path, "r");
  try {
    let room = Buffer.allocUnsafe(pieceLength);
    let filled = 0;
    for (let at = start; at < end; ) {
      if (filled === room.length) room = Buffer.concat([room], 2 * room.length);
      const read = readSync(file, room, filled, Math.min(room.length - filled, end - at), at);
      if (read === 0) throw new StoreError(`${path} ends before byte ${end}`);
      at += read;
      filled += read;
      const whole = room.lastIndexOf(newline, filled - 1) + 1;
      if (whole > 0) yield room.subarray(0, whole);
      room.copyWithin(0, whole, filled);
      filled -= whole;
    }
  } finally {
    closeSync(file);
  }
}

/** Packs members as they come: gives a piece of whole rows when there is enough for one. */
export class IndexPacker {
  #rows: string[] = [];
  #length = 0;

  add(member: LayerMember): Buffer | undefined {
    const row = `${rowOf(member)}\n`;
    this.#rows.push(row);
    this.#length += row.length;
    return this.#length >= pieceLength ? this.finish() : undefined;
  }

  /** The rows that were in no piece yet, if there are any. */
  finish(): Buffer | undefined {
    if (this.#length === 0) return undefined;
    const piece = Buffer.from(this.#rows.join(""));
    this.#rows = [];
    this.#length = 0;
    return piece;
  }
}

function rowOf(member: LayerMember): string {
  const { path, type, mode, uid, gid, mtime, mtimeNs, size, ...rest } = member;
  const row: Row = [path, LETTERS[type], mode, uid, gid, mtime, mtimeNs, size];
  if (Object.keys(rest).length > 0) row.push(rest);
  return JSON.stringify(row);
}

function memberOf(row: Row): LayerMember {
  const [path, letter, mode, uid, gid, mtime, mtimeNs, size, rest] = row;
  const type = TYPES[letter] as EntryType;
  return { path, type, mode, uid, gid, mtime, mtimeNs, size, ...rest };
}
