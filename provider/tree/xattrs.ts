import { ContentError } from "../errors.ts";
import { shownName } from "./shown-name.ts";
import type { Entry } from "./types.ts";

/**
 * The extended attributes among PAX records, sorted by name: `SCHILY.xattr.NAME` (star, GNU tar, Go: raw value),
 * `LIBARCHIVE.xattr.NAME` (bsdtar: name percent-encoded, value base64), `SCHILY.acl.*` (text) and
 * `RHT.security.selinux`. Where two spellings name one attribute the raw one wins.
 */
export function xattrsOf(records: ReadonlyMap<string, string>): Entry["xattrs"] {
  const found = new Map<string, string>();
  // In this order SCHILY.xattr comes last.
  for (const key of [...records.keys()]
    .filter((k) => /^(SCHILY|LIBARCHIVE|RHT)\./.test(k))
    .sort()) {
    const value = records.get(key)!;
    if (key.startsWith("SCHILY.xattr.")) {
      found.set(percentDecoded(key.slice(13), /%3D|%25/g), value);
    } else if (key.startsWith("LIBARCHIVE.xattr.")) {
      const name = percentDecoded(key.slice(17), /%[0-9A-Fa-f]{2}/g);
      found.set(name, Buffer.from(value, "base64").toString("latin1"));
    } else if (key === "SCHILY.acl.access") {
      found.set("system.posix_acl_access", aclBytes(value));
    } else if (key === "SCHILY.acl.default") {
      found.set("system.posix_acl_default", aclBytes(value));
    } else if (key.startsWith("SCHILY.acl.")) {
      throw new ContentError(`an access control list of the kind ${shownName(key)} cannot be kept`);
    } else if (key === "RHT.security.selinux") {
      // The kernel stores a context with its final NUL; GNU tar leaves that out.
      found.set("security.selinux", `${value.replace(/\0$/, "")}\0`);
    }
  }
  if (found.size === 0) return undefined;
  return [...found].sort(([a], [b]) => (a < b ? -1 : 1));
}

function percentDecoded(name: string, codes: RegExp): string {
  return name.replace(codes, (code) => String.fromCharCode(Number.parseInt(code.slice(1), 16)));
}

/** Tags of a POSIX ACL entry, acl(5): alone, and with a user or group. */
const TAGS: Record<string, readonly [own: number, named: number]> = {
  user: [0x01, 0x02],
  group: [0x04, 0x08],
  mask: [0x10, 0x10],
  other: [0x20, 0x20],
};

/** A text ACL (`user::rwx,user:1000:r--,…`) in the kernel's form: version 2, then tag, permissions and id, sorted. */
function aclBytes(acl: string): string {
  const entries = acl.split(/[\n,]/).flatMap((line) => {
    const entry = line.replace(/#.*/, "").trim();
    if (entry === "") return [];
    const [tag = "", who = "", permissions = "", number = who] = entry.split(":");
    const tags = TAGS[{ u: "user", g: "group", m: "mask", o: "other" }[tag] ?? tag];
    const isId = /^[0-9]+$/.test(number) && Number(number) < 2 ** 32 - 1;
    if (!tags || !/^[r-][w-][x-]$/.test(permissions) || (who !== "" && !isId)) {
      throw new ContentError(`the access control list entry ${shownName(entry)} cannot be kept`, {
        hint: "make the archive with numeric ids: tar --numeric-owner",
      });
    }
    const bits = [...permissions].reduce((sum, c) => sum * 2 + (c === "-" ? 0 : 1), 0);
    return [{ tag: tags[who === "" ? 0 : 1], bits, id: who === "" ? 0xffffffff : Number(number) }];
  });
  const bytes = Buffer.alloc(4 + entries.length * 8);
  bytes.writeUInt32LE(2, 0);
  entries.sort((a, b) => a.tag - b.tag || a.id - b.id);
  for (const [i, { tag, bits, id }] of entries.entries()) {
    bytes.writeUInt16LE(tag, 4 + i * 8);
    bytes.writeUInt16LE(bits, 6 + i * 8);
    bytes.writeUInt32LE(id, 8 + i * 8);
  }
  return bytes.toString("latin1");
}
