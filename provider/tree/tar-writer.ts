import { ContentError } from "../errors.ts";
import type { Region } from "./sparse.ts";
import { BLOCK } from "./tar-header.ts";
import type { Entry, EntryType } from "./types.ts";

/** What a header says; times in seconds, all texts latin1. */
export type TarHeader = Pick<
  Entry,
  "path" | "type" | "mode" | "uid" | "gid" | "mtime" | "target" | "major" | "minor" | "xattrs"
> & {
  readonly mtimeNs?: number;
  readonly size: number;
  /** Bytes of a sparse file (GNU 1.0); `size` is then that of its {@link sparseMap} and of what is stored of it. */
  readonly sparseSize?: number;
};

const FLAGS: Record<EntryType, string> = {
  file: "0",
  link: "1",
  symlink: "2",
  character: "3",
  block: "4",
  directory: "5",
  fifo: "6",
};

/** The two blocks of zeros that end an archive. */
export const tarEnd: Buffer = Buffer.alloc(2 * BLOCK);

/** Zeros that fill a content of this many bytes up to whole blocks. */
export function tarPadding(size: number): Buffer {
  return Buffer.alloc((BLOCK - (size % BLOCK)) % BLOCK);
}

/** What of a sparse file is stored, to stand before it (GNU tar manual, "PAX Format, Version 1.0"). */
export function sparseMap(parts: readonly Region[], sizeBytes: number): Buffer {
  const [start = 0, length = 0] = parts.at(-1) ?? [];
  const all = start + length < sizeBytes ? [...parts, [sizeBytes, 0]] : parts;
  const text = Buffer.from([all.length, ...all.flat(), ""].join("\n"), "latin1");
  return Buffer.concat([text, tarPadding(text.length)]);
}

/** The header blocks of an entry: ustar, after a PAX header for what ustar cannot say. Equal entries, equal bytes. */
export function tarHeader(entry: TarHeader): Buffer {
  const { path, type, mode, uid, gid, size, mtime, mtimeNs = 0, target = "" } = entry;
  const name = path === "" ? "./" : type === "directory" ? `${path}/` : path;
  const records: [string, string][] = [];
  if (!fits(name, 100)) records.push(["path", name]);
  if (!fits(target, 100)) records.push(["linkpath", target]);
  if (uid > 0o7777777) records.push(["uid", `${uid}`]);
  if (gid > 0o7777777) records.push(["gid", `${gid}`]);
  if (size > 0o77777777777) records.push(["size", `${size}`]);
  if (entry.sparseSize !== undefined)
    records.push(
      ["GNU.sparse.major", "1"],
      ["GNU.sparse.minor", "0"],
      ["GNU.sparse.name", name],
      ["GNU.sparse.realsize", `${entry.sparseSize}`],
    );
  const plainTime = mtime >= 0 && mtime <= 0o77777777777 && mtimeNs === 0;
  if (!plainTime) records.push(["mtime", paxTime(mtime, mtimeNs)]);
  for (const [key, value] of entry.xattrs ?? []) {
    // As GNU tar writes it: a key ends at its first "=".
    const escaped = key.replaceAll("%", "%25").replaceAll("=", "%3D");
    records.push([`SCHILY.xattr.${escaped}`, value]);
  }
  // Names are bytes, which readers that convert from UTF-8 must be told.
  if (records.some(([key, value]) => /^(path|linkpath)$/.test(key) && !isPlain(value)))
    records.unshift(["hdrcharset", "BINARY"]);
  const block = headerBlock(entry, name, { mode, uid, gid, size, mtime: plainTime ? mtime : 0 });
  if (records.length === 0) return block;
  const body = Buffer.from(records.map(paxRecord).join(""), "latin1");
  const pax = headerBlock(
    { type: "file", target: "" },
    "PaxHeader",
    { mode: 0o644, size: body.length },
    "x",
  );
  return Buffer.concat([pax, body, tarPadding(body.length), block]);
}

function fits(text: string, length: number): boolean {
  return text.length <= length && isPlain(text);
}

function isPlain(text: string): boolean {
  return /^[ -~]*$/.test(text);
}

function paxTime(seconds: number, nanoseconds: number): string {
  if (nanoseconds === 0) return `${seconds}`;
  // PAX counts the fraction away from zero, a timespec forwards.
  const [whole, part] = seconds < 0 ? [seconds + 1, 1e9 - nanoseconds] : [seconds, nanoseconds];
  const sign = seconds < 0 ? "-" : "";
  // All nine digits: mkfs.erofs takes them for a number of nanoseconds.
  return `${sign}${Math.abs(whole)}.${String(part).padStart(9, "0")}`;
}

function paxRecord([key, value]: readonly [string, string]): string {
  const rest = ` ${key}=${value}\n`;
  let digits = 1;
  while (String(rest.length + digits).length !== digits) digits++;
  return `${rest.length + digits}${rest}`;
}

function headerBlock(
  { type, target, major = 0, minor = 0 }: Pick<TarHeader, "type" | "target" | "major" | "minor">,
  name: string,
  numbers: { mode: number; uid?: number; gid?: number; size: number; mtime?: number },
  flag: string = FLAGS[type],
): Buffer {
  const block = Buffer.alloc(BLOCK);
  const octal = (value: number, at: number, length: number) => {
    // What does not fit is in a PAX record.
    const digits = value.toString(8);
    if (digits.length < length) block.write(digits.padStart(length - 1, "0"), at, "latin1");
    else block.write("0".repeat(length - 1), at, "latin1");
  };
  if (major > 0o7777777 || minor > 0o7777777) {
    throw new ContentError(`"${name}": device ${major}:${minor} does not fit a tar header`);
  }
  block.write(name, 0, 100, "latin1");
  octal(numbers.mode, 100, 8);
  octal(numbers.uid ?? 0, 108, 8);
  octal(numbers.gid ?? 0, 116, 8);
  octal(numbers.size, 124, 12);
  octal(numbers.mtime ?? 0, 136, 12);
  block.write("        ", 148, "latin1");
  block.write(flag, 156, "latin1");
  block.write(target ?? "", 157, 100, "latin1");
  block.write("ustar\x0000", 257, "latin1");
  octal(major, 329, 8);
  octal(minor, 337, 8);
  const sum = block.reduce((a, b) => a + b, 0);
  block.write(`${sum.toString(8).padStart(6, "0")}\0 `, 148, "latin1");
  return block;
}
