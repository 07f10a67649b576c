import { ContentError } from "../errors.ts";
import type { InstalledPackage } from "./package.ts";
import { sqliteRows } from "./sqlite.ts";

/** Tags of a header (rpm.org, "RPM Tags"). */
const tag = {
  ...{ name: 1000, version: 1001, release: 1002, epoch: 1003, arch: 1022, sourceRpm: 1044 },
  ...{ dirIndexes: 1116, baseNames: 1117, dirNames: 1118 },
} as const;
const entryBytes = 16;

/** The packages of rpm's database (rpmdb.sqlite) with the files of each, absolute, in latin1. */
export function rpmPackages(
  database: Buffer,
): { readonly package: InstalledPackage; readonly files: readonly string[] }[] {
  return sqliteRows(database, "Packages").map((row) => {
    const header = headerOf(row.at(-1) ?? Buffer.alloc(0));
    const [name = ""] = header.texts(tag.name);
    const [version = ""] = header.texts(tag.version);
    const [release = ""] = header.texts(tag.release);
    const [epoch] = header.numbers(tag.epoch);
    const full = `${epoch === undefined ? "" : `${epoch}:`}${version}-${release}`;
    // bash-5.1.8-9.el9.src.rpm
    const [, sourceName = name, sourceVersion = full] =
      /^(.+)-([^-]+-[^-]+)\.(?:no)?src\.rpm$/.exec(header.texts(tag.sourceRpm)[0] ?? "") ?? [];
    const folders = header.texts(tag.dirNames);
    const places = header.numbers(tag.dirIndexes);
    return {
      package: {
        ...{ manager: "rpm", name, version: full, sourceName, sourceVersion },
        architecture: header.texts(tag.arch)[0] ?? "",
      },
      files: header
        .texts(tag.baseNames)
        .map((file, i) => `${folders[places[i] ?? -1] ?? "/"}${file}`),
    };
  });
}

/** A header: two counts, entries of tag, type, offset and count, and what they point into (rpm.org, "Package format"). */
function headerOf(bytes: Buffer) {
  const count = bytes.length >= 8 ? bytes.readUInt32BE(0) : 0;
  const data = bytes.subarray(8 + count * entryBytes);
  if (count === 0 || bytes.length < 8 + count * entryBytes)
    throw new ContentError("rpm's database is damaged: a package has no header");
  const places = new Map<number, { offset: number; count: number }>();
  for (let at = 8; at < 8 + count * entryBytes; at += entryBytes)
    places.set(bytes.readUInt32BE(at), {
      offset: bytes.readUInt32BE(at + 8),
      count: bytes.readUInt32BE(at + 12),
    });
  return {
    /** Strings, one after the other, each with a zero byte at its end. */
    texts(wanted: number): string[] {
      const { offset = 0, count = 0 } = places.get(wanted) ?? {};
      const found: string[] = [];
      for (let at = offset; found.length < count && at < data.length; ) {
        const end = data.indexOf(0, at);
        if (end < 0) break;
        found.push(data.toString("latin1", at, end));
        at = end + 1;
      }
      return found;
    },
    /** Numbers of 32 bits. */
    numbers(wanted: number): number[] {
      const { offset = 0, count = 0 } = places.get(wanted) ?? {};
      const found = Math.min(count, Math.floor((data.length - offset) / 4));
      return Array.from({ length: Math.max(0, found) }, (_, i) =>
        data.readUInt32BE(offset + i * 4),
      );
    },
  };
}
