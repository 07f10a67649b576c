import type { Entry } from "../../tree/types.ts";
import { sealAttributeBlock } from "../checksums/checksums.ts";
import { blockSize, roundUp } from "../format.ts";
import type { Refusals } from "../replay/refusals.ts";
import { aclOnDisk } from "./acl.ts";

// Kernel documentation, "Extended Attributes". Entries grow from the front, values from the end.

/** An extended attribute in ext4's terms: its namespace is a number. */
export interface Attribute {
  readonly namespace: number;
  readonly name: string;
  readonly value: Buffer;
}

/** Extended attributes of an inode, and whether they need a block of their own. */
export interface Attributes {
  readonly list: readonly Attribute[];
  readonly needsBlock: boolean;
}

const magic = 0xea020000;
/** e_name_index by prefix. */
const namespaces = [
  ["user.", 1],
  ["trusted.", 4],
  ["security.", 6],
] as const;
/** ACLs have a namespace each and no name. */
const aclNamespaces: Record<string, number> = {
  "system.posix_acl_access": 2,
  "system.posix_acl_default": 3,
};
const entryBytes = 16;
/** Bytes of an inode behind its fields (128 + i_extra_isize 32). */
const inInodeBytes = 96;
const inInodeHeader = 4;
const blockHeader = 32;
/** Four zero bytes end the list of entries. */
const terminator = 4;

/** What nearly every inode has. */
export const noAttributes: Attributes = { list: [], needsBlock: false };

/** Reads an entry's extended attributes; what ext4 cannot hold is refused. */
export function attributesOf(entry: Entry, refusals: Refusals): Attributes {
  if (entry.xattrs === undefined) return noAttributes;
  const list: Attribute[] = [];
  for (const [name, value] of entry.xattrs) {
    const found = attribute(name, Buffer.from(value, "latin1"));
    if (typeof found === "string") refusals.add(entry.path, found);
    else list.push(found);
  }
  // The order that the kernel keeps in blocks (ext4_xattr_cmp_entry).
  list.sort(
    (a, b) =>
      a.namespace - b.namespace || a.name.length - b.name.length || (a.name < b.name ? -1 : 1),
  );
  const bytes = list.reduce((sum, a) => sum + spaceOf(a), terminator);
  const most = blockSize - blockHeader;
  if (bytes > most) {
    refusals.add(
      entry.path,
      `its extended attributes need ${bytes} bytes, there is room for ${most}`,
    );
  }
  return { list, needsBlock: bytes > inInodeBytes - inInodeHeader };
}

function attribute(fullName: string, value: Buffer): Attribute | string {
  const aclNamespace = aclNamespaces[fullName];
  if (aclNamespace !== undefined) {
    const acl = aclOnDisk(value);
    return acl
      ? { namespace: aclNamespace, name: "", value: acl }
      : `the value of ${fullName} is not an ACL`;
  }
  const [prefix, namespace] = namespaces.find(([p]) => fullName.startsWith(p)) ?? [];
  if (prefix === undefined || namespace === undefined || fullName.length === prefix.length) {
    return `ext4 has no place for the extended attribute ${JSON.stringify(fullName)}`;
  }
  const name = fullName.slice(prefix.length);
  if (name.includes("\0"))
    return `the extended attribute ${JSON.stringify(fullName.slice(0, 40))} has a zero byte in its name`;
  if (name.length > 255)
    return `the extended attribute ${fullName.slice(0, 40)}… has too long a name`;
  return { namespace, name, value };
}

function spaceOf(attribute: Attribute): number {
  return entryBytes + roundUp(attribute.name.length, 4) + roundUp(attribute.value.length, 4);
}

/** The bytes of an inode behind its fields, if attributes lie there. */
export function encodeInInode(attributes: Attributes): Buffer | undefined {
  if (attributes.list.length === 0 || attributes.needsBlock) return undefined;
  const bytes = Buffer.alloc(inInodeBytes);
  bytes.writeUInt32LE(magic, 0);
  // Offsets of values count from behind the magic, and hashes stay 0 here.
  putEntries(bytes.subarray(inInodeHeader), 0, attributes.list);
  return bytes;
}

/** The block that holds an inode's attributes. */
export function encodeAttributeBlock(
  attributes: Attributes,
  filesystemSeed: number,
  blockNumber: number,
): Buffer {
  const block = Buffer.alloc(blockSize);
  block.writeUInt32LE(magic, 0);
  block.writeUInt32LE(1, 4); // h_refcount
  block.writeUInt32LE(1, 8); // h_blocks
  const entries = putEntries(block, blockHeader, attributes.list);
  let all = 0;
  for (const { at, valueAt, attribute } of entries) {
    const hash = entryHash(attribute, block.subarray(valueAt));
    block.writeUInt32LE(hash, at + 12);
    all = ((all << 16) ^ (all >>> 16) ^ hash) >>> 0;
  }
  block.writeUInt32LE(all, 12);
  sealAttributeBlock(block, filesystemSeed, blockNumber);
  return block;
}

function putEntries(room: Buffer, first: number, list: readonly Attribute[]) {
  let at = first;
  let valueAt = room.length;
  return list.map((attribute) => {
    const { name, value, namespace } = attribute;
    valueAt -= roundUp(value.length, 4);
    value.copy(room, valueAt);
    room.writeUInt8(name.length, at);
    room.writeUInt8(namespace, at + 1);
    room.writeUInt16LE(value.length > 0 ? valueAt : 0, at + 2);
    room.writeUInt32LE(value.length, at + 8);
    room.write(name, at + entryBytes, "latin1");
    const placed = { at, valueAt, attribute };
    at += entryBytes + roundUp(name.length, 4);
    return placed;
  });
}

/** e_hash: over the bytes of the name, then the value's little-endian words. */
function entryHash({ name, value }: Attribute, valueBytes: Buffer): number {
  let hash = 0;
  for (let i = 0; i < name.length; i++) {
    hash = (hash << 5) ^ (hash >>> 27) ^ name.charCodeAt(i);
  }
  for (let i = 0; i < value.length; i += 4) {
    hash = (hash << 16) ^ (hash >>> 16) ^ valueBytes.readUInt32LE(i);
  }
  return hash >>> 0;
}
