import { inodeNumber } from "../../ext4/format.ts";
import { deviceIn } from "../../ext4/reader/device.ts";
import type { FoundInode } from "../../ext4/reader/inodes.ts";
import { Ext4Reader } from "../../ext4/reader/reader.ts";
import { damaged } from "../../ext4/reader/super-block.ts";
import type { ByteSource } from "../../store/vhd-view.ts";
import { shownName } from "../../tree/shown-name.ts";
import { joinPath } from "../../tree/tree-path.ts";
import { bytesAt, bytesIfAny, nameText, uuidText } from "./region.ts";
import type { FileEntry, Volume } from "./volume.ts";

/** Opens an ext2, ext3 or ext4 (kernel documentation, "Super Block"); undefined where there is none. */
export async function openExt4(source: ByteSource): Promise<Volume | undefined> {
  const superBlock = await bytesIfAny(source, 1024, 1024);
  if (superBlock?.readUInt16LE(0x38) !== 0xef53) return undefined;
  const features = superBlock.readUInt32LE(0x60);
  const high = (at: number) => (features & 0x80 ? superBlock.readUInt32LE(at) * 2 ** 32 : 0);
  const blockBytes = 1024 * 2 ** superBlock.readUInt32LE(0x18);
  const blocks = superBlock.readUInt32LE(0x04) + high(0x150);
  const free = superBlock.readUInt32LE(0x0c) + high(0x158);
  const hasJournal = (superBlock.readUInt32LE(0x5c) & 0x4) !== 0;
  const bytes = {
    sizeBytes: source.sizeBytes,
    read: (offset: number, length: number) => bytesAt(source, offset, length),
  };
  return {
    type: features & 0x40 ? "ext4" : hasJournal ? "ext3" : "ext2",
    label: nameText(superBlock.subarray(0x78, 0x88)),
    uuid: uuidText(superBlock.subarray(0x68, 0x78)),
    sizeBytes: blocks * blockBytes,
    usedBytes: (blocks - free) * blockBytes,
    list: async () => listAll(await Ext4Reader.open(bytes)),
    content: (file) => contentOf(bytes, file),
  };
}

async function* contentOf(
  bytes: Parameters<typeof Ext4Reader.open>[0],
  file: FileEntry,
): AsyncGenerator<Buffer> {
  const reader = await Ext4Reader.open(bytes);
  yield* reader.contents(await reader.inode(file.at ?? 0));
}

/** Depth first, names in the order of their bytes, a hard link after the file; sockets are left out. */
async function listAll(reader: Ext4Reader): Promise<FileEntry[]> {
  const entries: FileEntry[] = [];
  const seen = new Map<number, string>();
  const waiting: [path: string, inode: number][] = [["", inodeNumber.root]];
  for (let next = waiting.pop(); next; next = waiting.pop()) {
    const [path, number] = next;
    const inode = await reader.inode(number);
    const before = seen.get(number);
    if (before !== undefined && inode.type === "directory")
      throw damaged(`${shownName(`/${path}`)} is the directory ${shownName(`/${before}`)}`);
    if (inode.type === "socket") continue;
    const entry = await entryOf(reader, inode, path);
    entries.push(
      before === undefined ? entry : { ...entry, type: "link", target: before, size: 0 },
    );
    if (before !== undefined) continue;
    seen.set(number, path);
    if (inode.type !== "directory") continue;
    for (const { name, inode: inner } of (await reader.names(inode)).reverse())
      waiting.push([joinPath(path, name), inner]);
  }
  return entries;
}

async function entryOf(reader: Ext4Reader, inode: FoundInode, path: string): Promise<FileEntry> {
  const { type, number, mode, uid, gid, mtime, size } = inode;
  if (type === "socket" || type === "unknown")
    throw damaged(`${shownName(`/${path}`)} has the inode ${number}, which is not in use`);
  const xattrs = await reader.attributes(inode);
  const device = type === "character" || type === "block" ? deviceIn(inode.iBlock) : undefined;
  return {
    ...{ path, type, mode, uid, gid, mtime, at: number },
    size: type === "file" ? size : 0,
    ...(type === "symlink" && { target: await reader.target(inode) }),
    ...(device && { device: `${device.major}:${device.minor}` }),
    ...(xattrs && { xattrs }),
  };
}
