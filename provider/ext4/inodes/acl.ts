// POSIX ACLs have two binary forms: that of getxattr and of tar archives (linux/posix_acl_xattr.h: version 2,
// 8 bytes an entry) and the one on disk (fs/ext4/acl.h: version 1, ids only where the tag has one).

const transportVersion = 2;
const diskVersion = 1;
/** Tags that name somebody: ACL_USER and ACL_GROUP. */
const namedTags = new Set([0x02, 0x08]);
/** Tags that speak of the owner, the group, the mask and the others. */
const plainTags = new Set([0x01, 0x04, 0x10, 0x20]);

/** Converts an ACL to its form on disk; undefined if it is not one. */
export function aclOnDisk(value: Buffer): Buffer | undefined {
  if (value.length < 4 || value.length % 8 !== 4) return undefined;
  if (value.readUInt32LE(0) !== transportVersion) return undefined;
  const header = Buffer.alloc(4);
  header.writeUInt32LE(diskVersion);
  const parts: Buffer[] = [header];
  for (let at = 4; at < value.length; at += 8) {
    const tag = value.readUInt16LE(at);
    if (namedTags.has(tag)) parts.push(value.subarray(at, at + 8));
    else if (plainTags.has(tag)) parts.push(value.subarray(at, at + 4));
    else return undefined;
  }
  return Buffer.concat(parts);
}

/** The inverse of {@link aclOnDisk}; undefined for what is no ACL. */
export function aclFromDisk(value: Buffer): Buffer | undefined {
  if (value.length < 4 || value.readUInt32LE(0) !== diskVersion) return undefined;
  const header = Buffer.alloc(4);
  header.writeUInt32LE(transportVersion);
  const parts: Buffer[] = [header];
  for (let at = 4; at < value.length; ) {
    if (at + 4 > value.length) return undefined;
    const tag = value.readUInt16LE(at);
    const isNamed = namedTags.has(tag);
    if (!isNamed && !plainTags.has(tag)) return undefined;
    const end = at + (isNamed ? 8 : 4);
    if (end > value.length) return undefined;
    // Who is meant by a tag without a name goes without saying on the disk only.
    parts.push(value.subarray(at, end), ...(isNamed ? [] : [Buffer.alloc(4, 0xff)]));
    at = end;
  }
  return Buffer.concat(parts);
}
