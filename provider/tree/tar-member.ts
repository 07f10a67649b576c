import { ContentError } from "../errors.ts";
import type { ByteReader } from "./byte-reader.ts";
import { memberPath } from "./member-path.ts";
import { type PaxRecords, parsePaxNumber, parsePaxTime } from "./pax.ts";
import { shownName } from "./shown-name.ts";
import { bodySparseMap, checkedRegions, oldGnuSparse, paxSparse } from "./sparse.ts";
import type { Header } from "./tar-header.ts";
import type { Entry, EntryType } from "./types.ts";
import { xattrsOf } from "./xattrs.ts";

/** A member of a tar archive, its extended headers applied. */
export interface TarMember extends Omit<Entry, "kind" | "digest" | "source" | "segments"> {
  /** Where a file's bytes lie: position in the file, offset in the archive, length; the rest are holes. */
  readonly regions: readonly (readonly [at: number, offset: number, length: number])[];
  /** The stored bytes in order, each piece valid until the next; read at once or not at all. */
  body(): AsyncGenerator<Buffer>;
}

/** What headers before a member say about it. */
export interface Extensions {
  global: PaxRecords;
  own: PaxRecords;
  longName?: string;
  longLink?: string;
}

const TYPES: Record<string, EntryType> = {
  "0": "file",
  "1": "link",
  "2": "symlink",
  "3": "character",
  "4": "block",
  "5": "directory",
  "6": "fifo",
  "7": "file",
  S: "file",
};

/** Applies the extensions to a header and reads its sparse map, so that the reader stands at the stored bytes. */
export async function describeMember(
  reader: ByteReader,
  block: Buffer,
  header: Header,
  offset: number,
  extensions: Extensions,
): Promise<{ member: TarMember; stored: number }> {
  const records = [...extensions.global, ...extensions.own];
  const pax = new Map(records);
  // An empty value takes an earlier record back.
  const value = (key: string) => pax.get(key) || undefined;
  const written = value("GNU.sparse.name") ?? value("path") ?? extensions.longName ?? header.name;
  try {
    const type = typeOf(header, written);
    const path = memberPath(written);
    if (path === "" && type !== "directory") throw new ContentError("it has no name");
    const number = (key: string, otherwise: number) =>
      value(key) === undefined ? otherwise : parsePaxNumber(key, value(key)!);
    // Only files have a body, whatever the header's size says (as GNU tar and Go read it).
    const content =
      type === "file"
        ? await fileContent(reader, block, header, offset, records, number("size", header.size))
        : { size: 0, stored: 0, regions: [] };
    const target = value("linkpath") ?? extensions.longLink ?? header.linkName;
    const time = value("mtime") === undefined ? undefined : parsePaxTime(value("mtime")!);
    const xattrs = xattrsOf(pax);
    const { stored } = content;
    const member: TarMember = {
      path,
      type,
      mode: header.mode,
      uid: number("uid", header.uid),
      gid: number("gid", header.gid),
      mtime: time?.seconds ?? header.mtime,
      mtimeNs: time?.nanoseconds ?? 0,
      size: type === "symlink" ? target.length : content.size,
      ...(type === "symlink" && { target }),
      // Seen from the root of the tree, so a leading slash says nothing.
      ...(type === "link" && { target: memberPath(target.replace(/^\/+/, "")) }),
      ...((type === "character" || type === "block") && {
        major: number("SCHILY.devmajor", header.major),
        minor: number("SCHILY.devminor", header.minor),
      }),
      ...(xattrs && { xattrs }),
      regions: content.regions,
      async *body() {
        for (let left = stored; left > 0; ) {
          const piece = await reader.some(left);
          left -= piece.length;
          yield piece;
        }
      },
    };
    return { member, stored };
  } catch (error) {
    if (!(error instanceof ContentError)) throw error;
    const message = `tar member ${shownName(written)} at byte ${offset}: ${error.message}`;
    throw new ContentError(message, { cause: error });
  }
}

function typeOf(header: Header, name: string): EntryType {
  const type = TYPES[header.typeflag];
  if (type === undefined)
    throw new ContentError(`type ${shownName(header.typeflag)} is not supported`);
  return header.typeflag === "0" && name.endsWith("/") ? "directory" : type; // v7
}

async function fileContent(
  reader: ByteReader,
  block: Buffer,
  header: Header,
  offset: number,
  records: PaxRecords,
  bodySize: number,
): Promise<{ size: number; stored: number; regions: TarMember["regions"] }> {
  const read = (length: number) => reader.exactly(length);
  const sparse =
    header.typeflag === "S" ? await oldGnuSparse(block, offset, read) : paxSparse(records);
  let stored = bodySize;
  let regions = sparse?.regions ?? [[0, stored] as const];
  if (regions === "in body") {
    const map = await bodySparseMap(read);
    regions = map.regions;
    stored -= map.length;
  }
  const size = sparse?.size ?? stored;
  let at = reader.offset;
  const placed = checkedRegions(regions, size, stored).map(([position, length]) => {
    at += length;
    return [position, at - length, length] as const;
  });
  return { size, stored, regions: placed };
}
