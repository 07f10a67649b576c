import { ContentError } from "../../errors.ts";
import type { ByteSource } from "../../store/vhd-view.ts";
import { bytesAt } from "./region.ts";

/** An inode, as far as it is looked at. */
export interface Inode {
  readonly number: number;
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly size: number;
  readonly mtime: number;
  readonly links: number;
  readonly bytes: Buffer;
}

const extentsFlag = 0x80000;
const inlineFlag = 0x10000000;
const extentMagic = 0xf30a;
const xattrMagic = 0xea020000;
const mostLevels = 5;
const pieceBytes = 4 << 20;
const zeros = Buffer.alloc(1 << 20);

/** Prefixes of attribute names by number (fs/ext4/xattr.h). */
const prefixes: Readonly<Record<number, string>> = {
  1: "user.",
  2: "system.posix_acl_access",
  3: "system.posix_acl_default",
  4: "trusted.",
  6: "security.",
  7: "system.",
};

/** Reads the inodes of an ext4 and what they lead to. */
export class Ext4Inodes {
  readonly blockBytes: number;
  readonly #source: ByteSource;
  readonly #superBlock: Buffer;
  readonly #descriptorBytes: number;
  readonly #inodeBytes: number;
  readonly #tables = new Map<number, number>();

  constructor(source: ByteSource, superBlock: Buffer) {
    this.#source = source;
    this.#superBlock = superBlock;
    const log = superBlock.readUInt32LE(0x18);
    const is64bit = (superBlock.readUInt32LE(0x60) & 0x80) !== 0;
    this.blockBytes = 1024 << Math.min(log, 6);
    this.#descriptorBytes = is64bit ? Math.max(32, superBlock.readUInt16LE(0xfe)) : 32;
    this.#inodeBytes = superBlock.readUInt32LE(0x4c) === 0 ? 128 : superBlock.readUInt16LE(0x58);
    if (log > 6 || this.#inodeBytes < 128) throw damaged("its super block");
  }

  async read(number: number): Promise<Inode> {
    const count = this.#superBlock.readUInt32LE(0);
    if (number < 1 || number > count) throw damaged(`a name of inode ${number}, of ${count}`);
    const perGroup = this.#superBlock.readUInt32LE(0x28);
    const table = await this.#table(Math.floor((number - 1) / perGroup));
    const at = table + ((number - 1) % perGroup) * this.#inodeBytes;
    const bytes = await bytesAt(this.#source, at, this.#inodeBytes);
    const half = (low: number, high: number) =>
      bytes.readUInt16LE(low) + bytes.readUInt16LE(high) * 2 ** 16;
    return {
      number,
      bytes,
      mode: bytes.readUInt16LE(0),
      uid: half(2, 0x78),
      gid: half(0x18, 0x7a),
      size: bytes.readUInt32LE(4) + bytes.readUInt32LE(0x6c) * 2 ** 32,
      mtime: this.#seconds(bytes),
      links: bytes.readUInt16LE(0x1a),
    };
  }

  /** The lower two bits of the extra time are its epoch. */
  #seconds(bytes: Buffer): number {
    const low = bytes.readInt32LE(0x10);
    const extra = bytes.length > 128 ? bytes.readUInt16LE(0x80) : 0;
    return extra >= 12 ? low + (bytes.readUInt32LE(0x88) & 3) * 2 ** 32 : low;
  }

  async #table(group: number): Promise<number> {
    const known = this.#tables.get(group);
    if (known !== undefined) return known;
    const first = this.#superBlock.readUInt32LE(0x14) + 1;
    const at = first * this.blockBytes + group * this.#descriptorBytes;
    const descriptor = await bytesAt(this.#source, at, this.#descriptorBytes);
    const high = this.#descriptorBytes >= 64 ? descriptor.readUInt32LE(0x28) * 2 ** 32 : 0;
    const table = (descriptor.readUInt32LE(8) + high) * this.blockBytes;
    this.#tables.set(group, table);
    return table;
  }

  /** Bytes of a file or folder from its first to its last; holes are zeros. */
  async *content(inode: Inode): AsyncGenerator<Buffer> {
    const flags = inode.bytes.readUInt32LE(0x20);
    if ((flags & inlineFlag) !== 0 || (flags & extentsFlag) === 0) {
      if (inode.size === 0) return;
      throw new ContentError(
        `Inode ${inode.number} keeps its content in another way than extents, which cannot be read here`,
      );
    }
    let at = 0;
    for await (const extent of this.#extents(inode.bytes.subarray(0x28, 0x28 + 60), mostLevels)) {
      yield* holes(Math.min(extent.start, inode.size) - at);
      at = Math.max(at, Math.min(extent.start, inode.size));
      for (let done = 0; done < extent.length && at < inode.size; ) {
        const length = Math.min(pieceBytes, extent.length - done, inode.size - at);
        if (extent.written) yield await bytesAt(this.#source, extent.offset + done, length);
        else yield* holes(length);
        done += length;
        at += length;
      }
    }
    yield* holes(inode.size - at);
  }

  async *#extents(node: Buffer, levels: number): AsyncGenerator<Extent> {
    if (node.readUInt16LE(0) !== extentMagic) throw damaged("an extent tree");
    const count = node.readUInt16LE(2);
    const depth = node.readUInt16LE(6);
    if (levels === 0 || 12 + count * 12 > node.length) throw damaged("an extent tree");
    for (let i = 0; i < count; i++) {
      const at = 12 + i * 12;
      if (depth > 0) {
        const block = node.readUInt32LE(at + 4) + node.readUInt16LE(at + 8) * 2 ** 32;
        const child = await bytesAt(this.#source, block * this.blockBytes, this.blockBytes);
        yield* this.#extents(child, levels - 1);
      } else {
        const length = node.readUInt16LE(at + 4);
        const written = length <= 32768;
        const block = node.readUInt32LE(at + 8) + node.readUInt16LE(at + 6) * 2 ** 32;
        yield {
          start: node.readUInt32LE(at) * this.blockBytes,
          length: (written ? length : length - 32768) * this.blockBytes,
          offset: block * this.blockBytes,
          written,
        };
      }
    }
  }

  /** Where a symlink leads; short targets stand in the inode itself. */
  async linkTarget(inode: Inode): Promise<string> {
    if (inode.size < 60) return inode.bytes.toString("latin1", 0x28, 0x28 + inode.size);
    if (inode.size > 4096) throw damaged(`the link of inode ${inode.number}`);
    let target = "";
    for await (const piece of this.content(inode)) target += piece.toString("latin1");
    return target;
  }

  /** Numbers of a device: the old form in the first word, else the new one in the second (kdev_t.h). */
  device(inode: Inode): string {
    const old = inode.bytes.readUInt32LE(0x28);
    const word = inode.bytes.readUInt32LE(0x2c);
    if (old !== 0) return `${(old >> 8) & 0xff}:${old & 0xff}`;
    return `${(word >> 8) & 0xfff}:${(word & 0xff) | ((word >> 12) & 0xfff00)}`;
  }

  /** Extended attributes sorted by name, those beside the inode and those in a block of their own. */
  async xattrs(inode: Inode): Promise<[name: string, value: string][]> {
    const found: [string, string][] = [];
    const { bytes } = inode;
    const extra = bytes.length > 128 ? bytes.readUInt16LE(0x80) : 0;
    const first = 128 + extra;
    if (first + 4 <= bytes.length && bytes.readUInt32LE(first) === xattrMagic)
      found.push(...attributes(bytes.subarray(first + 4), 0));
    const block = bytes.readUInt32LE(0x68) + bytes.readUInt16LE(0x76) * 2 ** 32;
    if (block !== 0) {
      const all = await bytesAt(this.#source, block * this.blockBytes, this.blockBytes);
      if (all.readUInt32LE(0) === xattrMagic) found.push(...attributes(all, 32));
    }
    return found.sort(([a], [b]) => (a < b ? -1 : 1));
  }
}

interface Extent {
  readonly start: number;
  readonly length: number;
  readonly offset: number;
  readonly written: boolean;
}

/** Entries from `at` on; offsets of values count from the beginning of the bytes. */
function attributes(bytes: Buffer, at: number): [string, string][] {
  const found: [string, string][] = [];
  for (let next = at; next + 16 <= bytes.length && bytes.readUInt32LE(next) !== 0; ) {
    const nameBytes = bytes[next]!;
    const name = bytes.toString("latin1", next + 16, next + 16 + nameBytes);
    const start = bytes.readUInt16LE(next + 2);
    const size = bytes.readUInt32LE(next + 8);
    const inside = bytes.readUInt32LE(next + 4) === 0 && start + size <= bytes.length;
    const value = inside ? bytes.toString("latin1", start, start + size) : "(elsewhere)";
    found.push([`${prefixes[bytes[next + 1]!] ?? "?."}${name}`, value]);
    next += (16 + nameBytes + 3) & ~3;
  }
  return found;
}

function* holes(length: number): Generator<Buffer> {
  for (let left = length; left > 0; left -= zeros.length)
    yield zeros.subarray(0, Math.min(left, zeros.length));
}

function damaged(what: string): ContentError {
  return new ContentError(`The ext4 filesystem is damaged: ${what} makes no sense`, {
    hint: "e2fsck says more",
  });
}
