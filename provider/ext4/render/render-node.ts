import type { Entry } from "../../tree/types.ts";
import { inodeSeed } from "../checksums/checksums.ts";
import { type Dirent, encodeDirectory } from "../directories/directory.ts";
import { encodeIndexed } from "../directories/encode-index.ts";
import {
  blockSize,
  direntType,
  extentsFlag,
  fastSymlinkBytes,
  indexFlag,
  inodeNumber,
} from "../format.ts";
import { encodeExtents } from "../inodes/extents.ts";
import { encodeDevice, encodeInode, type InodeFields } from "../inodes/inode.ts";
import { encodeAttributeBlock, encodeInInode } from "../inodes/xattrs.ts";
import { zeroBlock, zeroed } from "../io/zeros.ts";
import { mostLinks } from "../replay/limits.ts";
import type { Node } from "../replay/node.ts";
import type { SystemFile } from "../replay/place.ts";
import type { MetaBlocks } from "./meta-blocks.ts";

/** Writes an inode of the tree with all blocks of it that are not a file's contents. */
export function renderNode(meta: MetaBlocks, node: Node, seed: number, changed: number): void {
  const own = inodeSeed(seed, node.number);
  const { entry, attributes, attributeBlock } = node;
  if (attributeBlock > 0) {
    meta.put(attributeBlock, encodeAttributeBlock(attributes, seed, attributeBlock));
  }
  if (node.names) renderDirectory(meta, node, own);
  if (entry.type === "symlink" && entry.size >= fastSymlinkBytes) renderTarget(meta, node, entry);
  const fields = {
    ...inodeFields(meta, node, entry, own),
    mode: entry.type === "symlink" ? 0o777 : entry.mode,
    uid: entry.uid,
    gid: entry.gid,
    links: node.names && node.links > mostLinks ? 1 : node.links,
    blocks: blocksOf(node) + (attributeBlock > 0 ? 1 : 0),
    attributeBlock,
    attributes: encodeInInode(attributes),
    mtime: entry.mtime,
    mtimeNs: entry.mtimeNs,
  };
  meta.putInode(node.number, encodeInode(fields, changed, own));
}

/** Blocks of a file with those of its extent tree. */
export function blocksOf({ extents, levels }: SystemFile): number {
  return extents.reduce((sum, { count }) => sum + count, 0) + levels.flat().length;
}

type Content = Pick<InodeFields, "type" | "size" | "flags" | "iBlock">;

function inodeFields(meta: MetaBlocks, node: Node, entry: Entry, seed: number): Content {
  const { extents, levels } = node;
  const mapped = (): Pick<InodeFields, "flags" | "iBlock"> => ({
    flags: extentsFlag,
    iBlock: encodeExtents(extents, levels, seed, (block, bytes) => meta.put(block, bytes)),
  });
  switch (entry.type) {
    case "directory":
      return {
        type: "directory",
        size: directoryBlocks(node) * blockSize,
        iBlock: mapped().iBlock,
        flags: isIndexed(node) ? extentsFlag | indexFlag : extentsFlag,
      };
    case "symlink":
      if (entry.size >= fastSymlinkBytes) return { type: "symlink", size: entry.size, ...mapped() };
      return {
        type: "symlink",
        size: entry.size,
        flags: 0,
        iBlock: fastTarget(entry.target ?? ""),
      };
    case "character":
    case "block": {
      const iBlock = encodeDevice(entry.major ?? 0, entry.minor ?? 0);
      return { type: entry.type, size: 0, flags: 0, iBlock };
    }
    case "fifo":
      return { type: "fifo", size: 0, flags: 0, iBlock: zeroed(60) };
    default:
      return { type: "file", size: entry.size, ...mapped() };
  }
}

function fastTarget(target: string): Buffer {
  const iBlock = zeroed(60);
  iBlock.write(target, "latin1");
  return iBlock;
}

function renderTarget(meta: MetaBlocks, node: Node, entry: Entry): void {
  const bytes = zeroBlock();
  bytes.write(entry.target ?? "", "latin1");
  meta.put(node.extents[0]!.block, bytes);
}

function directoryBlocks({ extents }: Node): number {
  return extents.reduce((sum, { count }) => sum + count, 0);
}

function isIndexed({ index }: Node): boolean {
  return index?.fits === true;
}

function renderDirectory(meta: MetaBlocks, node: Node, seed: number): void {
  const parent = node.parent?.number ?? inodeNumber.root;
  const dots: [Dirent, Dirent] = [
    { inode: node.number, type: direntType.directory },
    { inode: parent, type: direntType.directory },
  ];
  const blocks =
    node.index && isIndexed(node)
      ? encodeIndexed(node.index, dots, direntOf, seed)
      : encodeDirectory(node.names!, directoryBlocks(node), dots, direntOf, seed);
  let i = 0;
  for (const { block, count } of node.extents) {
    for (let k = 0; k < count; k++) meta.put(block + k, blocks[i++]!);
  }
}

function direntOf({ number, type }: Node): Dirent {
  return { inode: number, type: direntType[type === "link" ? "file" : type] };
}
