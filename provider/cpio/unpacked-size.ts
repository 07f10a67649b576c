import { type FileHandle, open } from "node:fs/promises";

/**
 * Bytes that an initial RAM filesystem surely takes once it is unpacked, as its own format tells: the size field of
 * gzip (RFC 1952, modulo 4 GiB), the frame header of zstd (RFC 8878), the index of xz (xz-file-format.txt). For
 * anything else, and for several archives one behind the other, its own size.
 */
export async function unpackedBytes(path: string): Promise<number> {
  const file = await open(path, "r");
  try {
    const { size } = await file.stat();
    const head = await bytesAt(file, 0, 18);
    const tail = await bytesAt(file, Math.max(0, size - 12), 12);
    const told =
      head.readUInt16BE(0) === 0x1f8b
        ? tail.readUInt32LE(8)
        : head.readUInt32LE(0) === 0xfd2fb528
          ? zstdContentSize(head)
          : head.toString("latin1", 0, 6) === "\xfd7zXZ\0"
            ? await xzContentSize(file, size, tail)
            : 0;
    return Math.max(told, size);
  } finally {
    await file.close();
  }
}

async function bytesAt(file: FileHandle, offset: number, length: number): Promise<Buffer> {
  const bytes = Buffer.alloc(length);
  await file.read(bytes, 0, length, offset);
  return bytes;
}

/** Frame_Content_Size; 0 where the frame does not tell it. */
function zstdContentSize(head: Buffer): number {
  const descriptor = head[4]!;
  const single = (descriptor & 0x20) !== 0;
  const at = 5 + (single ? 0 : 1) + [0, 1, 2, 4][descriptor & 3]!;
  switch (descriptor >> 6) {
    case 0:
      return single ? head[at]! : 0;
    case 1:
      return head.readUInt16LE(at) + 256;
    case 2:
      return head.readUInt32LE(at);
    default:
      return Number(head.readBigUInt64LE(at));
  }
}

/** The sum of all blocks; 0 where the end is not that of an xz stream. */
async function xzContentSize(file: FileHandle, size: number, tail: Buffer): Promise<number> {
  if (tail.toString("latin1", 10) !== "YZ") return 0;
  const indexBytes = (tail.readUInt32LE(4) + 1) * 4;
  if (indexBytes > size) return 0;
  const index = await bytesAt(file, size - 12 - indexBytes, indexBytes);
  let at = 1;
  const next = (): number => {
    let value = 0;
    for (let shift = 0; shift < 63; shift += 7) {
      const byte = index[at++] ?? 0;
      value += (byte & 0x7f) * 2 ** shift;
      if (byte < 0x80) break;
    }
    return value;
  };
  let sum = 0;
  for (let records = next(); records > 0 && at < indexBytes; records--) {
    next(); // what the block takes in the file
    sum += next();
  }
  return sum;
}
