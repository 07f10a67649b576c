import { ToolError } from "../errors.ts";

// Linux fs/erofs/erofs_fs.h: what lies inside an inode's data and attributes.

/** A name of a directory, and the inode it stands for; names are latin1. */
export interface ErofsName {
  readonly name: string;
  readonly nid: number;
}

const direntBytes = 12;
const prefixes: Record<number, string> = {
  1: "user.",
  2: "system.posix_acl_access",
  3: "system.posix_acl_default",
  4: "trusted.",
  6: "security.",
};

/** The names in a directory's data, without "." and "..". */
export function namesIn(data: Buffer, blockBytes: number): ErofsName[] {
  const found: ErofsName[] = [];
  for (let start = 0; start < data.length; start += blockBytes) {
    const block = data.subarray(start, start + blockBytes);
    const count = block.length < direntBytes ? 0 : block.readUInt16LE(8) / direntBytes;
    if (!Number.isInteger(count) || count === 0 || count * direntBytes > block.length)
      throw new ToolError("mkfs.erofs wrote a directory that cannot be read");
    for (let i = 0; i < count; i++) {
      const at = i * direntBytes;
      const from = block.readUInt16LE(at + 8);
      const to = i + 1 < count ? block.readUInt16LE(at + direntBytes + 8) : block.length;
      const name = block.toString("latin1", from, to).replace(/\0.*$/s, "");
      if (name !== "." && name !== "..")
        found.push({ name, nid: Number(block.readBigUInt64LE(at)) });
    }
  }
  return found;
}

/** The attributes of an inode, sorted by name: its own, and those that it shares by number. */
export function xattrsIn(
  body: Buffer,
  shared: (number: number) => readonly [name: string, value: string],
): (readonly [name: string, value: string])[] {
  if (body.length === 0) return [];
  const count = body.readUInt8(4);
  const found = Array.from({ length: count }, (_, i) => shared(body.readUInt32LE(12 + 4 * i)));
  for (let at = 12 + 4 * count; at + 4 <= body.length; ) {
    const { entry, bytes } = xattrAt(body, at);
    found.push(entry);
    at += bytes;
  }
  return found.sort(([a], [b]) => (a < b ? -1 : 1));
}

/** One attribute, and the bytes that it takes. */
export function xattrAt(
  bytes: Buffer,
  at: number,
): { entry: readonly [name: string, value: string]; bytes: number } {
  const nameEnd = at + 4 + bytes.readUInt8(at);
  const valueEnd = nameEnd + bytes.readUInt16LE(at + 2);
  const prefix = prefixes[bytes.readUInt8(at + 1)];
  if (prefix === undefined || valueEnd > bytes.length)
    throw new ToolError("mkfs.erofs wrote attributes that cannot be read");
  const name = `${prefix}${bytes.toString("latin1", at + 4, nameEnd)}`;
  const value = bytes.toString("latin1", nameEnd, valueEnd);
  return { entry: [name, value], bytes: Math.ceil((valueEnd - at) / 4) * 4 };
}
