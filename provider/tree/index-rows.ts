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

/** Mark of a deleted entry in a layer (image-spec, layer.md, Whiteouts). */
export const WHITEOUT = ".wh.";

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

/** The index of a layer as bytes, a JSON row for each member: a fifth of what objects take, which there are only for a few rows at a time. */
export class PackedIndex implements LayerIndex {
  /** Whole rows, each with its line end. */
  readonly pieces: readonly Buffer[];
  readonly members: Iterable<LayerMember> = {
    [Symbol.iterator]: () => this.#members(() => true),
  };
  readonly whiteouts: Iterable<LayerMember> = {
    [Symbol.iterator]: () => this.#members((rows) => rows.includes(WHITEOUT)),
  };

  constructor(pieces: readonly Buffer[]) {
    this.pieces = pieces;
  }

  /** How many members there are. */
  get count(): number {
    let count = 0;
    for (const piece of this.pieces)
      for (let at = piece.indexOf(newline); at >= 0; at = piece.indexOf(newline, at + 1)) count++;
    return count;
  }

  *#members(isWanted: (rows: Buffer) => boolean): Generator<LayerMember> {
    for (const piece of this.pieces) {
      for (let at = 0; at < piece.length; ) {
        const end = piece.indexOf(newline, Math.min(at + pieceLength, piece.length - 1));
        const rows = piece.subarray(at, end);
        at = end + 1;
        if (!isWanted(rows)) continue;
        const list = rows.toString().replaceAll("\n", ",");
        for (const row of JSON.parse(`[${list}]`) as Row[]) yield memberOf(row);
      }
    }
  }
}

/** Packs members as they come. */
export class IndexPacker {
  readonly #pieces: Buffer[] = [];
  #rows: string[] = [];
  #length = 0;

  add(member: LayerMember): void {
    const row = `${rowOf(member)}\n`;
    this.#rows.push(row);
    this.#length += row.length;
    if (this.#length >= pieceLength) this.#pack();
  }

  finish(): PackedIndex {
    this.#pack();
    return new PackedIndex(this.#pieces);
  }

  #pack(): void {
    this.#pieces.push(Buffer.from(this.#rows.join("")));
    this.#rows = [];
    this.#length = 0;
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
