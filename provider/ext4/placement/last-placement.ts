import { ContentError } from "../../errors.ts";
import type { Extent } from "../inodes/extents.ts";

// The file is JSON with a line for each name, so that a version control system stores and shows only what moved:
// path, inode number, start of the content's digest, extents as triples, other blocks. Paths are latin1 (a character
// is a byte) and ascend by byte.

const first = '{"placement":1,"names":[';
const last = "]}";
/** Hex digits of a digest that are kept: the digest only helps to find a place again, no byte depends on it. */
const digestDigits = 16;
const most = 2 ** 32 - 1;

/** Where the inode behind one name lay. */
export interface LastInode {
  readonly path: string;
  readonly number: number;
  /** {@link shortDigest} of a file's content; empty for all else. */
  readonly digest: string;
  readonly extents: readonly Extent[];
  /** Blocks of the extent tree from the leaves up, and the block of extended attributes. */
  readonly others: readonly number[];
}

/** Where everything lay in an earlier version of a filesystem. It is advice: no filesystem is wrong because of it. */
export interface LastPlacement {
  readonly names: readonly LastInode[];
}

/** The part of a content's digest (`sha256:…`) that a placement keeps. */
export function shortDigest(digest: string): string {
  return digest.slice(digest.indexOf(":") + 1).slice(0, digestDigits);
}

/** A placement as the text of a file, in pieces; equal placements give equal text. */
export function placementTexts({ names }: LastPlacement): Generator<string> {
  return sortedTexts(names.toSorted(byPath));
}

/** The same of names that come in the order of their paths. */
export function* sortedTexts(names: Iterable<LastInode>): Generator<string> {
  yield `${first}\n`;
  let before = "";
  for (const { path, number, digest, extents, others } of names) {
    const triples = extents.flatMap(({ logical, block, count }) => [logical, block, count]);
    const tail = others.length > 0 ? [triples, others] : triples.length > 0 ? [triples] : [];
    if (before !== "") yield `${before},\n`;
    before = JSON.stringify([path, number, digest, ...tail]);
  }
  if (before !== "") yield `${before}\n`;
  yield `${last}\n`;
}

/** Compares paths byte by byte. */
export function byPath(a: Pick<LastInode, "path">, b: Pick<LastInode, "path">): number {
  return a.path < b.path ? -1 : a.path > b.path ? 1 : 0;
}

/** Reads what {@link placementTexts} wrote, from whoever it comes; anything else is a ContentError. */
export function parsePlacement(text: string): LastPlacement {
  const fail = (why: string): ContentError => new ContentError(`It is not a placement: ${why}`);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw fail("it is not JSON");
  }
  const { placement, names } = (value ?? {}) as Record<string, unknown>;
  if (placement !== 1) throw fail('it does not begin with {"placement":1');
  if (!Array.isArray(names)) throw fail("it has no names");
  return {
    names: names.map((name: unknown, i) => {
      const inode = readInode(name);
      if (!inode) throw fail(`line ${i + 2} is not a name with its place`);
      return inode;
    }),
  };
}

function readInode(value: unknown): LastInode | undefined {
  if (!Array.isArray(value)) return undefined;
  const [path, number, digest, triples = [], others = []] = value as unknown[];
  if (typeof path !== "string" || !isNumber(number) || typeof digest !== "string") return undefined;
  if (!isNumbers(triples) || triples.length % 3 !== 0 || !isNumbers(others)) return undefined;
  const extents: Extent[] = [];
  for (let i = 0; i < triples.length; i += 3) {
    const [logical, block, count] = triples.slice(i, i + 3) as [number, number, number];
    const before = extents.at(-1);
    if (count === 0 || (before && logical < before.logical + before.count)) return undefined;
    extents.push({ logical, block, count });
  }
  return { path, number, digest, extents, others };
}

function isNumber(value: unknown): value is number {
  return Number.isInteger(value) && (value as number) >= 0 && (value as number) <= most;
}

function isNumbers(value: unknown): value is number[] {
  return Array.isArray(value) && value.every(isNumber);
}
