import { type FileHandle, open } from "node:fs/promises";
import { ToolError } from "../errors.ts";
import { readFully } from "../tree/read-fully.ts";
import {
  type ErofsInode,
  inodeBytes,
  inodeOffset,
  parseInode,
  parseSuperblock,
  type Superblock,
  superblockBytes,
  superblockOffset,
} from "./inode.ts";
import { type ErofsName, namesIn, xattrAt, xattrsIn } from "./parts.ts";

const pieceBytes = 1 << 20;
/** Most bytes of one attribute: a name of 255, a value of 65535, and what stands before them. */
const mostXattrBytes = 4 + 255 + 65535;

/** Reads an erofs without compression, as erofs-utils write it: another implementation than the one that wrote it. */
export class ErofsReader {
  readonly superblock: Superblock;
  readonly #file: FileHandle;
  readonly #sizeBytes: number;

  private constructor(file: FileHandle, sizeBytes: number, superblock: Superblock) {
    this.#file = file;
    this.#sizeBytes = sizeBytes;
    this.superblock = superblock;
  }

  static async open(path: string): Promise<ErofsReader> {
    const file = await open(path);
    try {
      const { size } = await file.stat();
      const head = Buffer.alloc(superblockBytes);
      if (!(await readFully(file, head, superblockOffset))) throw cutOff(superblockOffset);
      return new ErofsReader(file, size, parseSuperblock(head));
    } catch (error) {
      await file.close();
      throw error;
    }
  }

  close(): Promise<void> {
    return this.#file.close();
  }

  async inode(nid: number): Promise<ErofsInode> {
    // The last compact inode may end the image.
    const bytes = await this.#upTo(inodeOffset(nid, this.superblock), inodeBytes);
    return parseInode(bytes, nid, this.superblock);
  }

  async names(directory: ErofsInode): Promise<ErofsName[]> {
    return namesIn(await this.#data(directory), this.superblock.blockBytes);
  }

  async target(symlink: ErofsInode): Promise<string> {
    return (await this.#data(symlink)).toString("latin1");
  }

  async xattrs({ xattrsOffset, xattrsBytes }: ErofsInode) {
    const body = await this.#at(xattrsOffset, xattrsBytes);
    const shared = new Map<number, readonly [string, string]>();
    for (let i = 0; xattrsBytes > 0 && i < body.readUInt8(4); i++) {
      const number = body.readUInt32LE(12 + 4 * i);
      const at = this.superblock.sharedXattrsOffset + 4 * number;
      shared.set(number, xattrAt(await this.#upTo(at, mostXattrBytes), 0).entry);
    }
    return xattrsIn(body, (number) => shared.get(number)!);
  }

  /** The bytes of a file in pieces. */
  async *contents({ data }: ErofsInode): AsyncGenerator<Buffer> {
    for (const [offset, length] of data)
      for (let at = 0; at < length; at += pieceBytes)
        yield this.#at(offset + at, Math.min(pieceBytes, length - at));
  }

  async #data(inode: ErofsInode): Promise<Buffer> {
    const found: Buffer[] = [];
    for await (const piece of this.contents(inode)) found.push(piece);
    return Buffer.concat(found);
  }

  #upTo(offset: number, most: number): Promise<Buffer> {
    return this.#at(offset, Math.min(most, this.#sizeBytes - offset));
  }

  async #at(offset: number, length: number): Promise<Buffer> {
    if (length < 0 || offset + length > this.#sizeBytes) throw cutOff(offset);
    const bytes = Buffer.alloc(length);
    if (!(await readFully(this.#file, bytes, offset))) throw cutOff(offset);
    return bytes;
  }
}

function cutOff(offset: number): ToolError {
  return new ToolError(`mkfs.erofs wrote an erofs that ends before byte ${offset}`);
}
