import { createHash } from "node:crypto";
import { file, header, pax } from "../../unit/tree/tar-bytes.ts";

/** One thing of an image, as the test wants it: what its member says and what the filesystem must give back. */
export interface Row {
  readonly path: string;
  /** Typeflag of tar; "0" when left out. */
  readonly type?: string;
  /** As in the header, with whatever bits of type. */
  readonly mode?: number;
  readonly uid?: number;
  readonly gid?: number;
  /** As PAX writes it. */
  readonly time?: string;
  readonly content?: string;
  readonly target?: string;
  readonly device?: [number, number];
  /** PAX records that it has besides. */
  readonly records?: [string, string][];
}

/** A row as a member: everything that ustar cannot say, and the name, in PAX records of raw bytes. */
export function member(row: Row): Buffer {
  const { path, type = "0", mode = 0o644, content = "", device } = row;
  const records: [string, string][] = [["hdrcharset", "BINARY"]];
  records.push(["path", path]);
  if (row.target !== undefined) records.push(["linkpath", row.target]);
  if (row.uid !== undefined) records.push(["uid", `${row.uid}`]);
  if (row.gid !== undefined) records.push(["gid", `${row.gid}`]);
  if (row.time !== undefined) records.push(["mtime", row.time]);
  records.push(...(row.records ?? []));
  const fields = { type, mode, ...(device && { device }) };
  const made = content === "" ? header("x", fields) : file("x", content, fields);
  return Buffer.concat([pax(records), made]);
}

const types: Record<string, string> = {
  "0": "regular",
  "2": "symlink",
  "3": "character special",
  "4": "block special",
  "5": "directory",
  "6": "FIFO",
};

/** What debugfs must say of a row; `time` as seconds and nanoseconds counted forwards. */
export function facts(row: Row, seconds = 0, nanoseconds = 0, links = 1) {
  const { type = "0", mode = 0o644, uid = 0, gid = 0, content = "", target, device } = row;
  return {
    type: types[type],
    mode: type === "2" ? 0o777 : mode & 0o7777,
    owner: `${uid}:${gid}`,
    mtime: `${seconds} ${nanoseconds}`,
    content: type === "0" ? hash(content) : type === "2" ? hash(target!) : undefined,
    device: device?.map((n) => `${n}`.padStart(2, "0")).join(":"),
    links: type === "5" ? undefined : links,
  };
}

/** sha256 of latin1 text. */
export function hash(text: string): string {
  return createHash("sha256").update(text, "latin1").digest("hex");
}
