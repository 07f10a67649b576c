import { aclFromDisk } from "../inodes/acl.ts";
import { damaged } from "./super-block.ts";

// Kernel documentation, "Extended Attributes".

/** An attribute by its full name; both are latin1. */
export type FoundAttribute = readonly [name: string, value: string];

const magic = 0xea020000;
const headBytes = 16;
const blockHead = 32;
/** e_name_index. */
const prefixes: Readonly<Record<number, string>> = {
  1: "user.",
  2: "system.posix_acl_access",
  3: "system.posix_acl_default",
  4: "trusted.",
  6: "security.",
  7: "system.",
};

/** The attributes behind an inode's fields. */
export function attributesBehind(behind: Buffer): FoundAttribute[] {
  if (behind.length < 4 || behind.readUInt32LE(0) !== magic) return [];
  const room = behind.subarray(4);
  return entriesIn(room, 0);
}

/** The attributes in a block of their own. */
export function attributesInBlock(block: Buffer): FoundAttribute[] {
  if (block.readUInt32LE(0) !== magic || block.readUInt32LE(8) !== 1)
    throw damaged("a block of attributes cannot be read");
  return entriesIn(block, blockHead);
}

/** Entries grow from the front of the room, values lie at offsets from its start. */
function entriesIn(room: Buffer, first: number): FoundAttribute[] {
  const found: FoundAttribute[] = [];
  for (let at = first; at + 4 <= room.length && room.readUInt32LE(at) !== 0; ) {
    const nameEnd = at + headBytes + (room[at] ?? 0);
    if (nameEnd > room.length) throw damaged("an attribute's name ends outside");
    const prefix = prefixes[room.readUInt8(at + 1)];
    const valueAt = room.readUInt16LE(at + 2);
    const size = room.readUInt32LE(at + 8);
    if (prefix === undefined || room.readUInt32LE(at + 4) !== 0 || valueAt + size > room.length)
      throw damaged("an attribute cannot be read");
    const name = `${prefix}${room.toString("latin1", at + headBytes, nameEnd)}`;
    found.push([name, plainValue(name, room.subarray(valueAt, valueAt + size))]);
    at = nameEnd + ((4 - (nameEnd % 4)) % 4);
  }
  return found;
}

function plainValue(name: string, value: Buffer): string {
  if (!name.startsWith("system.posix_acl_")) return value.toString("latin1");
  const acl = aclFromDisk(value);
  if (!acl) throw damaged(`the value of ${name} is not an ACL`);
  return acl.toString("latin1");
}
