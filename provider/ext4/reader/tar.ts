import { ContentError } from "../../errors.ts";
import { shownName } from "../../tree/shown-name.ts";
import { tarEnd, tarHeader, tarPadding } from "../../tree/tar-writer.ts";
import { demandPath, joinPath } from "../../tree/tree-path.ts";
import type { EntryType } from "../../tree/types.ts";
import { inodeNumber } from "../format.ts";
import { deviceIn } from "./device.ts";
import { type FoundInode, inodeFlags } from "./inodes.ts";
import type { Ext4Reader } from "./reader.ts";
import { damaged } from "./super-block.ts";

/** What a tar cannot say, by path: sockets, which their programs make anew, and the flags of chattr(1). */
export type LeftOut = (path: string, what: string) => void;

/** Flags that say how an inode is laid out on this disk, and nothing of the file. */
const layoutFlags =
  inodeFlags.hashTree | inodeFlags.hugeFile | inodeFlags.extents | inodeFlags.blocksBehindEnd;

/** All of a filesystem as a tar: depth first, names in the order of their bytes, a hard link after the file. */
export async function* ext4Tar(reader: Ext4Reader, leftOut: LeftOut): AsyncGenerator<Buffer> {
  const seen = new Map<number, string>();
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
    yield tarHeader({ ...about, ...(before !== undefined && { target: before }) });
    if (before !== undefined) continue;
    if (type === "file") {
      yield* reader.contents(inode);
      yield tarPadding(inode.size);
    }
    if (type === "directory") {
      const names = await reader.names(inode);
      waiting.push(
        ...names
          .reverse()
          .map(({ name, inode: inner }): [string, number] => [joinPath(path, name), inner]),
      );
    }
  }
  yield tarEnd;
}

function typeOf(inode: FoundInode, path: string, leftOut: LeftOut): EntryType | undefined {
  const { type, flags, number, links } = inode;
  if (path === "" && type !== "directory") throw damaged("its root is no directory");
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

async function describe(reader: Ext4Reader, inode: FoundInode, type: EntryType, path: string) {
  const { mode, uid, gid, mtime, mtimeNs, size, iBlock } = inode;
  const target = type === "symlink" ? { target: await reader.target(inode) } : {};
  const xattrs = type === "link" ? undefined : await reader.attributes(inode);
  return {
    ...{ path, type, mode, uid, gid, mtime, mtimeNs, ...target },
    size: type === "file" ? size : 0,
    ...(type === "character" || type === "block" ? deviceIn(iBlock) : {}),
    ...(xattrs && { xattrs }),
  };
}
