import type { Region } from "../../tree/sparse.ts";
import type { Entry } from "../../tree/types.ts";
import { attributesBehind, attributesInBlock } from "./attributes.ts";
import { type FoundInode, InodeTable, inodeFlags } from "./inodes.ts";
import { type FoundName, namesInBlock } from "./names.ts";
import { type FoundRun, runsOf } from "./runs.ts";
import type { ReadableBytes } from "./source.ts";
import { damaged, readSuperBlock, type SuperBlock } from "./super-block.ts";

/** Targets below this length lie in the inode itself. */
const fastTargetBytes = 60;
const mostTargetBytes = 4095;
/** Most blocks of one directory: a hundred times those of a million names. */
const mostDirectoryBytes = 2 ** 31;

/** Reads an ext2, ext3 or ext4 that nothing has mounted, and trusts none of it. */
export class Ext4Reader {
  readonly superBlock: SuperBlock;
  readonly #partition: ReadableBytes;
  readonly #inodes: InodeTable;

  private constructor(partition: ReadableBytes, superBlock: SuperBlock) {
    this.superBlock = superBlock;
    this.#partition = partition;
    this.#inodes = new InodeTable(partition, superBlock);
  }

  static async open(partition: ReadableBytes): Promise<Ext4Reader> {
    return new Ext4Reader(partition, await readSuperBlock(partition));
  }

  inode(number: number): Promise<FoundInode> {
    return this.#inodes.inode(number);
  }

  /** The names in a directory, by their bytes: the order on the disk is that of hashes. */
  async names(directory: FoundInode): Promise<FoundName[]> {
    const { blockBytes, hasFileTypes } = this.superBlock;
    const { size, number } = directory;
    if (size % blockBytes !== 0 || size > mostDirectoryBytes)
      throw damaged(`the directory of the inode ${number} has ${size} bytes`);
    const twice = () => damaged(`the directory of the inode ${number} has a name twice`);
    const found: FoundName[] = [];
    // One block named a million times would be more names than there is memory for.
    const firsts = new Set<string>();
    for (const { block, count } of await this.runs(directory))
      for (let i = 0; i < count; i++) {
        const bytes = await this.#partition.read((block + i) * blockBytes, blockBytes);
        const names = namesInBlock(bytes, hasFileTypes);
        const [first] = names;
        if (first && firsts.has(first.name)) throw twice();
        if (first) firsts.add(first.name);
        for (const name of names) found.push(name);
      }
    found.sort((a, b) => (a.name < b.name ? -1 : 1));
    if (found.some(({ name }, i) => found[i - 1]?.name === name)) throw twice();
    return found;
  }

  async target(link: FoundInode): Promise<string> {
    const { size, iBlock, flags, number } = link;
    if (size === 0 || size > mostTargetBytes)
      throw damaged(`the symlink of the inode ${number} has ${size} bytes`);
    const isFast = size < fastTargetBytes && (flags & inodeFlags.extents) === 0;
    if (isFast) return iBlock.toString("latin1", 0, size);
    const pieces: Buffer[] = [];
    for await (const piece of this.contents(link)) pieces.push(Buffer.from(piece));
    return Buffer.concat(pieces).toString("latin1");
  }

  async attributes(inode: FoundInode): Promise<Entry["xattrs"]> {
    const { blockBytes, blocks } = this.superBlock;
    const { attributeBlock: at, behind } = inode;
    const own = attributesBehind(behind);
    if (at >= blocks)
      throw damaged(`the attributes of the inode ${inode.number} lie in block ${at}`);
    const further =
      at === 0 ? [] : attributesInBlock(await this.#partition.read(at * blockBytes, blockBytes));
    const all = [...own, ...further].sort(([a], [b]) => (a < b ? -1 : 1));
    if (new Set(all.map(([name]) => name)).size !== all.length)
      throw damaged(`the inode ${inode.number} has an attribute twice`);
    return all.length > 0 ? all : undefined;
  }

  runs(inode: FoundInode): Promise<FoundRun[]> {
    return runsOf(inode, this.#partition, this.superBlock);
  }

  /** The bytes of a file, or of ascending parts of it, in pieces; holes as zeros. */
  async *contents(
    inode: FoundInode,
    parts: readonly Region[] = [[0, inode.size]],
  ): AsyncGenerator<Buffer> {
    const { blockBytes } = this.superBlock;
    const runs = await this.runs(inode);
    let next = 0;
    for (const [start, length] of parts) {
      let at = start;
      for (const end = start + length; at < end; ) {
        const run = runs[next];
        if (!run || run.logical * blockBytes >= end) {
          yield* zeros(end - at);
          break;
        }
        const from = run.logical * blockBytes;
        const to = from + run.count * blockBytes;
        yield* zeros(from - at);
        at = Math.max(at, from);
        while (at < Math.min(to, end)) {
          const wanted = Math.min(pieceBytes, Math.min(to, end) - at);
          yield await this.#partition.read(run.block * blockBytes + at - from, wanted);
          at += wanted;
        }
        if (to <= end) next++;
      }
    }
  }
}

const pieceBytes = 1 << 20;

function* zeros(length: number): Generator<Buffer> {
  if (length <= 0) return;
  const chunk = Buffer.alloc(Math.min(pieceBytes, length));
  for (let left = length; left > 0; left -= pieceBytes)
    yield chunk.subarray(0, Math.min(pieceBytes, left));
}
