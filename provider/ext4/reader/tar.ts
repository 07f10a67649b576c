import { ContentError } from "../../errors.ts";
import { shownName } from "../../tree/shown-name.ts";
import { sparseMap, type TarHeader, tarEnd, tarHeader, tarPadding } from "../../tree/tar-writer.ts";
import { demandPath, isWhiteout, joinPath } from "../../tree/tree-path.ts";
import type { EntryType } from "../../tree/types.ts";
import { inodeNumber } from "../format.ts";
import { deviceIn } from "./device.ts";
import { type FoundInode, inodeFlags } from "./inodes.ts";
import type { Ext4Reader } from "./reader.ts";
import type { FoundRun } from "./runs.ts";
import { storedParts } from "./stored-parts.ts";
import { damaged, type SuperBlock } from "./super-block.ts";

/** Most bytes of holes, as in the layers of images: each is hashed as zeros. */
const mostHoleBytes = 256 * 2 ** 30;

/** What a layer cannot say, by path: sockets, which their programs make anew, the flags of chattr(1), and names that mean deletions. */
export type LeftOut = (path: string, what: string) => void;

/** Flags that say how an inode is laid out on this disk, and nothing of the file. */
const layoutFlags =
  inodeFlags.hashTree | inodeFlags.hugeFile | inodeFlags.extents | inodeFlags.blocksBehindEnd;

/** All of a filesystem as a tar: depth first, names in the order of their bytes, a hard link after the file. */
export async function* ext4Tar(reader: Ext4Reader, leftOut: LeftOut): AsyncGenerator<Buffer> {
  const seen = new Map<number, string>();
  const bounds = new Bounds(reader.superBlock);
  for (const waiting: [string, number][] = [["", inodeNumber.root]]; waiting.length > 0; ) {
    const [path, number] = waiting.pop()!;
    demandPath(path);
    const inode = await reader.inode(number);
    const before = seen.get(number);
    if (before !== undefined && inode.type === "directory")
      throw damaged(`${shownName(`/${path}`)} is the directory ${shownName(`/${before}`)}`);
    const type = typeOf(inode, path, leftOut);
    if (type === undefined) continue;
    const about = await describe(reader, inode, before === undefined ? type : "link", path);
    seen.set(number, before ?? path);
    if (before !== undefined) yield tarHeader({ ...about, target: before });
    else if (type === "file") yield* fileMember(reader, inode, about, bounds);
    else yield tarHeader(about);
    if (before !== undefined || type !== "directory") continue;
    // One by one: no call takes as many arguments as a directory may have names.
    for (const { name, inode: inner } of (await reader.names(inode)).reverse())
      waiting.push([joinPath(path, name), inner]);
  }
  yield tarEnd;
}

/** A file with its holes, but for what boot loaders read. */
async function* fileMember(
  reader: Ext4Reader,
  inode: FoundInode,
  about: TarHeader,
  bounds: Bounds,
): AsyncGenerator<Buffer> {
  const { size } = inode;
  bounds.demandHoles(about.path, size);
  const runs = await reader.runs(inode);
  bounds.demandBlocks(runs);
  const parts = storedParts(runs, reader.superBlock.blockBytes, size);
  const stored = parts.reduce((sum, [, length]) => sum + length, 0);
  if (stored === size || about.path.startsWith("boot/")) {
    yield tarHeader({ ...about, size });
    yield* reader.contents(inode);
    yield tarPadding(size);
    return;
  }
  const map = sparseMap(parts, size);
  yield tarHeader({ ...about, size: map.length + stored, sparseSize: size });
  yield map;
  yield* reader.contents(inode, parts);
  yield tarPadding(stored);
}

/** Ends a reading whose files claim more than the disk can mean, before that costs time or room. */
class Bounds {
  readonly #super: SuperBlock;
  #bytes = 0;
  #blocks = 0;

  constructor(superBlock: SuperBlock) {
    this.#super = superBlock;
  }

  demandHoles(path: string, size: number): void {
    const { blocks, blockBytes } = this.#super;
    this.#bytes += size;
    if (this.#bytes > blocks * blockBytes + mostHoleBytes)
      throw new ContentError(
        `${shownName(`/${path}`)} has ${size} bytes: more than ${mostHoleBytes} bytes of holes in one layer`,
        { hint: "remove it from a copy of the disk" },
      );
  }

  demandBlocks(runs: readonly FoundRun[]): void {
    this.#blocks = runs.reduce((sum, { count }) => sum + count, this.#blocks);
    if (this.#blocks > this.#super.blocks)
      throw damaged(`its files have more blocks than the ${this.#super.blocks} that there are`);
  }
}

function typeOf(inode: FoundInode, path: string, leftOut: LeftOut): EntryType | undefined {
  const { type, flags, number, links } = inode;
  if (path === "" && type !== "directory") throw damaged("its root is no directory");
  if (isWhiteout(path)) {
    leftOut(path, "a name that deletes in layers");
    return undefined;
  }
  if (type === "unknown" || links === 0)
    throw damaged(`${shownName(`/${path}`)} has the inode ${number}, which is not in use`);
  if ((flags & inodeFlags.encrypted) !== 0)
    throw new ContentError(`${shownName(`/${path}`)} is encrypted`, {
      hint: "copy the disk without it",
    });
  if ((flags & inodeFlags.inlineData) !== 0)
    throw damaged(`${shownName(`/${path}`)} says that its data lie in its inode`);
  if (type === "socket") {
    leftOut(path, "a socket");
    return undefined;
  }
  if ((flags & ~layoutFlags) !== 0) leftOut(path, "a flag of chattr");
  return type;
}

async function describe(
  reader: Ext4Reader,
  inode: FoundInode,
  type: EntryType,
  path: string,
): Promise<TarHeader> {
  const { mode, uid, gid, mtime, mtimeNs, iBlock } = inode;
  const target = type === "symlink" ? { target: await reader.target(inode) } : {};
  const xattrs = type === "link" ? undefined : await reader.attributes(inode);
  return {
    ...{ path, type, mode, uid, gid, mtime, mtimeNs, ...target },
    size: 0,
    ...(type === "character" || type === "block" ? deviceIn(iBlock) : {}),
    ...(xattrs && { xattrs }),
  };
}
