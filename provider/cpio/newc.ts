/** What a header says of one name; every number has 32 bits. */
export interface NewcHeader {
  /** One latin1 character a byte, without a leading slash. */
  readonly name: string;
  /** Type and permission bits. */
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly nlink: number;
  /** Seconds since 1970. */
  readonly mtime: number;
  /** Bytes of content that follow. */
  readonly size: number;
  /** Names with the same number are the same file. */
  readonly ino: number;
  readonly major?: number;
  readonly minor?: number;
}

/** What one header's number can say at most. */
export const mostNumber: number = 2 ** 32 - 1;

/** The name that ends an archive. */
export const trailerName = "TRAILER!!!";

const headerBytes = 110;
/** What GNU cpio fills an archive up to. */
const blockBytes = 512;

/** Header, name and padding in the "newc" format (SVR4 without a checksum: Documentation/driver-api/early-userspace/buffer-format.rst). */
export function newcHeader(header: NewcHeader): Buffer {
  const { name, mode, uid, gid, nlink, mtime, size, ino, major = 0, minor = 0 } = header;
  // The device that holds the file is 0:0: it is no property of the archive.
  const numbers = [ino, mode, uid, gid, nlink, mtime, size, 0, 0, major, minor, name.length + 1, 0];
  const text = `070701${numbers.map(hex).join("")}${name}\0`;
  return Buffer.from(text + "\0".repeat(paddingBytes(text.length)), "latin1");
}

/** Zeros that fill a content of this many bytes up to whole words. */
export function paddingBytes(size: number): number {
  return (4 - (size % 4)) % 4;
}

/** Length of {@link newcHeader} for a name. */
export function headerLength(name: string): number {
  const length = headerBytes + name.length + 1;
  return length + paddingBytes(length);
}

/** The end of an archive whose entries take this many bytes. */
export function newcTrailer(lengthSoFar: number): Buffer {
  const trailer = newcHeader({
    name: trailerName,
    ...{ mode: 0, uid: 0, gid: 0, nlink: 1, mtime: 0, size: 0, ino: 0 },
  });
  const end = lengthSoFar + trailer.length;
  return Buffer.concat([trailer, Buffer.alloc((blockBytes - (end % blockBytes)) % blockBytes)]);
}

function hex(value: number): string {
  return value.toString(16).padStart(8, "0");
}
