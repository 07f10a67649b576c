import { createReadStream } from "node:fs";
import { open, stat } from "node:fs/promises";
import { ContentError } from "../errors.ts";
import { ByteReader } from "../tree/byte-reader.ts";
import { decompressed } from "../tree/ingest/decompress.ts";

/** Bytes from an offset of the initrd, decompressed by a tool: for what Node does not know. */
export type Unpack = (offset: number) => AsyncIterable<Buffer>;

/** Names of an initrd are at most this many, and this long together: a hostile one must not fill the memory. */
const MOST_NAMES = 1_000_000;
const MOST_NAME_BYTES = 8192;

/**
 * The names in an initrd: cpio archives ("newc") one behind the other, the last of which may be compressed with gzip, zstd or xz
 * (Documentation/driver-api/early-userspace/buffer-format.rst). Throws a ContentError for anything else.
 */
export async function initrdNames(file: string, unxz: Unpack): Promise<string[]> {
  const { size } = await stat(file);
  const names: string[] = [];
  for (let offset = 0; ; ) {
    const start = await firstData(file, offset, size);
    if (start === undefined) return names;
    const magic = start.bytes.toString("hex");
    const isXz = magic === "fd377a585a00";
    const isArchive = /^07070[12]/.test(start.bytes.toString("latin1"));
    if (!isArchive && !isXz && !/^(1f8b|28b52ffd)/.test(magic))
      throw new ContentError(
        `it is neither a cpio archive nor compressed with gzip, xz or zstd (at byte ${start.offset})`,
      );
    const plain = () => createReadStream(file, { start: start.offset });
    const reader = new ByteReader(
      isArchive ? plain() : isXz ? unxz(start.offset) : decompressed(plain()),
    );
    try {
      // What is compressed may hold several archives, and goes on to the end.
      while (await readArchive(reader, names)) if (isArchive) break;
      if (!isArchive) return names;
      offset = start.offset + reader.offset;
    } finally {
      await reader.close();
    }
  }
}

/** Reads one archive; false when nothing but zeros was left. */
async function readArchive(reader: ByteReader, names: string[]): Promise<boolean> {
  let first = 0;
  while (first === 0) {
    if (await reader.ended()) return false;
    first = (await reader.some(1))[0]!;
  }
  for (let isFirst = true; ; isFirst = false) {
    const rest = (await reader.exactly(isFirst ? 109 : 110)).toString("latin1");
    const header = isFirst ? String.fromCharCode(first) + rest : rest;
    const field = (i: number) => Number.parseInt(header.slice(6 + 8 * i, 14 + 8 * i), 16);
    const [size, nameBytes] = [field(6), field(11)];
    if (!/^07070[12][0-9A-Fa-f]{104}$/.test(header) || nameBytes > MOST_NAME_BYTES)
      throw new ContentError("its cpio archive is damaged");
    const name = (await reader.exactly(nameBytes)).toString("latin1").replace(/\0.*$/s, "");
    await reader.skip((4 - ((110 + nameBytes) % 4)) % 4);
    if (name === "TRAILER!!!") return true;
    if (names.push(name) > MOST_NAMES) throw new ContentError("it holds too many names");
    await reader.skip(size + ((4 - (size % 4)) % 4));
  }
}

/** Where the zeros end that fill up what is before, and the bytes there; undefined at the end. */
async function firstData(file: string, from: number, size: number) {
  const handle = await open(file, "r");
  try {
    const buffer = Buffer.alloc(1 << 16);
    for (let offset = from; offset < size; ) {
      const { bytesRead } = await handle.read(buffer, 0, buffer.length, offset);
      if (bytesRead === 0) return undefined;
      const at = buffer.subarray(0, bytesRead).findIndex((byte) => byte !== 0);
      if (at >= 0) {
        const bytes = Buffer.alloc(6);
        await handle.read(bytes, 0, bytes.length, offset + at);
        return { offset: offset + at, bytes };
      }
      offset += bytesRead;
    }
    return undefined;
  } finally {
    await handle.close();
  }
}
