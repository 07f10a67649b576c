import { ContentError } from "../../errors.ts";
import type { ByteSource } from "../../store/vhd-view.ts";
import type { EntryType } from "../../tree/types.ts";
import { Ext4Inodes, type Inode } from "./ext4-inodes.ts";
import { bytesIfAny, nameText, uuidText } from "./region.ts";
import type { FileEntry, Volume } from "./volume.ts";

const rootInode = 2;
const mostDepth = 4096 / 2;
/** i_mode's type bits (inode(7)). */
const types: Readonly<Record<number, EntryType>> = {
  4096: "fifo",
  8192: "character",
  16384: "directory",
  24576: "block",
  32768: "file",
  40960: "symlink",
};

/** Opens an ext2, ext3 or ext4 (kernel documentation, "ext4 Data Structures and Algorithms"); undefined where there is none. */
export async function openExt4(source: ByteSource): Promise<Volume | undefined> {
  const superBlock = await bytesIfAny(source, 1024, 1024);
  if (superBlock?.readUInt16LE(0x38) !== 0xef53) return undefined;
  const incompatible = superBlock.readUInt32LE(0x60);
  const is64bit = (incompatible & 0x80) !== 0;
  const high = (at: number) => (is64bit ? superBlock.readUInt32LE(at) * 2 ** 32 : 0);
  const blockBytes = 1024 << superBlock.readUInt32LE(0x18);
  const blocks = superBlock.readUInt32LE(0x04) + high(0x150);
  const free = superBlock.readUInt32LE(0x0c) + high(0x158);
  const hasExtents = (incompatible & 0x40) !== 0;
  const hasJournal = (superBlock.readUInt32LE(0x5c) & 0x4) !== 0;
  const inodes = new Ext4Inodes(source, superBlock);
  return {
    type: hasExtents ? "ext4" : hasJournal ? "ext3" : "ext2",
    label: nameText(superBlock.subarray(0x78, 0x88)),
    uuid: uuidText(superBlock.subarray(0x68, 0x78)),
    sizeBytes: blocks * blockBytes,
    usedBytes: (blocks - free) * blockBytes,
    // The first ten inodes are the filesystem's own, the root among them.
    entryCount: superBlock.readUInt32LE(0) - superBlock.readUInt32LE(0x10) - 9,
    ...(hasExtents && {
      list: () => listAll(inodes),
      content: (file: FileEntry) => contentOf(inodes, file),
    }),
  };
}

async function listAll(inodes: Ext4Inodes): Promise<FileEntry[]> {
  const root = await inodes.read(rootInode);
  const entries = [await entryOf(inodes, root, "")];
  const firstNames = new Map<number, string>();
  const waiting: { inode: Inode; path: string; depth: number }[] = [
    { inode: root, path: "", depth: 0 },
  ];
  const seen = new Set<number>([rootInode]);
  for (let folder = waiting.shift(); folder; folder = waiting.shift()) {
    for (const { name, number } of await namesIn(inodes, folder.inode)) {
      const path = folder.path === "" ? name : `${folder.path}/${name}`;
      const inode = await inodes.read(number);
      const entry = await entryOf(inodes, inode, path);
      if (entry.type === "directory") {
        if (seen.has(number) || folder.depth > mostDepth) continue; // a folder in itself: damaged or hostile
        seen.add(number);
        waiting.push({ inode, path, depth: folder.depth + 1 });
      } else if (inode.links > 1 && firstNames.has(number)) {
        entries.push({ ...entry, type: "link", target: firstNames.get(number)!, size: 0 });
        continue;
      } else firstNames.set(number, path);
      entries.push(entry);
    }
  }
  return entries;
}

async function entryOf(inodes: Ext4Inodes, inode: Inode, path: string): Promise<FileEntry> {
  const type = types[inode.mode & 0xf000];
  if (!type) throw new ContentError(`Inode ${inode.number} of the ext4 filesystem is damaged`);
  const xattrs = await inodes.xattrs(inode);
  return {
    path,
    type,
    at: inode.number,
    size: type === "file" ? inode.size : 0,
    mode: inode.mode & 0xfff,
    uid: inode.uid,
    gid: inode.gid,
    mtime: inode.mtime,
    ...(type === "symlink" && { target: await inodes.linkTarget(inode) }),
    ...(type === "character" || type === "block" ? { device: inodes.device(inode) } : {}),
    ...(xattrs.length > 0 && { xattrs }),
  };
}

/** The names of a folder in the order in which they stand; the blocks of a hash tree look like empty entries. */
async function namesIn(
  inodes: Ext4Inodes,
  folder: Inode,
): Promise<{ name: string; number: number }[]> {
  const found: { name: string; number: number }[] = [];
  for await (const block of inodes.content(folder)) {
    for (let start = 0; start < block.length; start += inodes.blockBytes) {
      const end = Math.min(block.length, start + inodes.blockBytes);
      for (let at = start; at + 8 <= end; ) {
        const number = block.readUInt32LE(at);
        const length = block.readUInt16LE(at + 4);
        const nameBytes = block[at + 6]!;
        if (length < 8 || length % 4 !== 0 || 8 + nameBytes > length) break;
        const name = block.toString("latin1", at + 8, at + 8 + nameBytes);
        if (number !== 0 && name !== "." && name !== ".." && !/[/\0]/.test(name) && name !== "")
          found.push({ name, number });
        at += length;
      }
    }
  }
  return found;
}

async function* contentOf(inodes: Ext4Inodes, file: FileEntry): AsyncGenerator<Buffer> {
  yield* inodes.content(await inodes.read(file.at ?? 0));
}
