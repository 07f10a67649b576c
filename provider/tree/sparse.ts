import { ContentError } from "../errors.ts";
import type { PaxRecords } from "./pax.ts";
import { parsePaxNumber } from "./pax.ts";
import { BLOCK, MAX_EXTENSION, parseNumber } from "./tar-header.ts";

/** A stretch of a sparse file that is stored: position in the file and length, in bytes. */
export type Region = readonly [at: number, length: number];

/** What is known of a sparse member: its real size and, unless its body begins with the map, what is stored. */
export interface SparseMember {
  readonly size: number;
  readonly regions: readonly Region[] | "in body";
  /** Real name, where the header holds a made-up one. */
  readonly name?: string;
}

/** Reads more of an archive, exactly this many bytes. */
export type ReadBytes = (length: number) => Promise<Buffer>;

function pairs(numbers: readonly number[]): Region[] {
  const regions: Region[] = [];
  for (let i = 0; i + 1 < numbers.length; i += 2) regions.push([numbers[i]!, numbers[i + 1]!]);
  return regions;
}

/** GNU sparse formats 0.0, 0.1 and 1.0, which live in PAX records; undefined for a member that is not sparse. */
export function paxSparse(records: PaxRecords): SparseMember | undefined {
  const last = new Map(records);
  const size = last.get("GNU.sparse.realsize") ?? last.get("GNU.sparse.size");
  if (size === undefined) return undefined;
  const number = (value: string) => parsePaxNumber("GNU.sparse", value);
  const name = last.get("GNU.sparse.name");
  const member = { size: number(size), ...(name !== undefined && { name }) };
  if (last.get("GNU.sparse.major") === "1") return { ...member, regions: "in body" };
  const map = last.get("GNU.sparse.map");
  const numbers =
    map === undefined
      ? records.filter(([key]) => /^GNU\.sparse\.(offset|numbytes)$/.test(key)).map(([, v]) => v)
      : map.split(",").filter((v) => v !== "");
  return { ...member, regions: pairs(numbers.map(number)) };
}

/** The map at the start of a format 1.0 body: decimal lines, padded to a block; returns also its length in the archive. */
export async function bodySparseMap(
  read: ReadBytes,
): Promise<{ regions: readonly Region[]; length: number }> {
  let length = 0;
  let unfinished = "";
  const numbers: string[] = [];
  do {
    if (length >= MAX_EXTENSION) {
      throw new ContentError(`a sparse map of more than ${MAX_EXTENSION} bytes`);
    }
    const lines = (unfinished + (await read(BLOCK)).toString("latin1")).split("\n");
    unfinished = lines.pop()!;
    for (const line of lines) numbers.push(line);
    length += BLOCK;
  } while (numbers.length === 0 || numbers.length < 1 + 2 * Number(numbers[0]));
  const [count = "", ...rest] = numbers;
  const values = rest.slice(0, 2 * parsePaxNumber("GNU.sparse", count));
  const regions = pairs(values.map((v) => parsePaxNumber("GNU.sparse", v)));
  return { regions, length };
}

/** Old GNU sparse members (type `S`): four regions in the header, more in extension blocks of 21 after it. */
export async function oldGnuSparse(
  header: Buffer,
  offset: number,
  read: ReadBytes,
): Promise<SparseMember> {
  const numbers: number[] = [];
  const take = (block: Buffer, at: number, count: number) => {
    for (let i = at; i < at + count * 24 && block[i] !== 0; i += 24) {
      numbers.push(parseNumber(block, i, 12, offset), parseNumber(block, i + 12, 12, offset));
    }
  };
  take(header, 386, 4);
  for (let more = header[482] !== 0; more; ) {
    if (numbers.length * 12 > MAX_EXTENSION) {
      throw new ContentError(`a sparse map of more than ${MAX_EXTENSION} bytes at byte ${offset}`);
    }
    const block = await read(BLOCK);
    take(block, 0, 21);
    more = block[504] !== 0;
  }
  return { size: parseNumber(header, 483, 12, offset), regions: pairs(numbers) };
}

/** Regions without the empty ones, neighbours joined, after checking that they fit the file and the stored bytes. */
export function checkedRegions(
  regions: readonly Region[],
  size: number,
  stored: number,
): readonly Region[] {
  const joined: [number, number][] = [];
  let end = 0;
  let sum = 0;
  for (const [at, length] of regions) {
    if (at < end || length < 0 || !Number.isSafeInteger(at + length) || at + length > size) {
      throw new ContentError(
        `its sparse map has ${length} bytes at ${at} of ${size}, after ${end}`,
      );
    }
    sum += length;
    const last = joined.at(-1);
    if (length > 0 && last && at === end) last[1] += length;
    else if (length > 0) joined.push([at, length]);
    end = at + length;
  }
  if (sum !== stored) {
    throw new ContentError(`its sparse map holds ${sum} bytes but ${stored} are stored`);
  }
  return joined;
}
