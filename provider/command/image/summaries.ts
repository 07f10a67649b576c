import type { ByteSource } from "../../store/vhd-view.ts";
import { bytesIfAny, nameText, uuidText } from "./region.ts";
import type { Volume } from "./volume.ts";

/** Names of squashfs's compressions by number (squashfs-tools, squashfs_fs.h). */
const compressions = ["", "gzip", "lzma", "lzo", "xz", "lz4", "zstd"] as const;

/** A filesystem whose summary alone is read: what it says about itself at its beginning; undefined where there is none that is known. */
export async function openSummary(source: ByteSource): Promise<Volume | undefined> {
  for (const read of [squashfs, erofs, xfs, btrfs, swap]) {
    const found = await read(source);
    if (found) return found;
  }
  return undefined;
}

async function squashfs(source: ByteSource): Promise<Volume | undefined> {
  const bytes = await bytesIfAny(source, 0, 96);
  if (bytes?.toString("latin1", 0, 4) !== "hsqs") return undefined;
  const used = Number(bytes.readBigUInt64LE(40));
  const compression = compressions[bytes.readUInt16LE(20)] ?? "an unknown compression";
  return {
    type: "squashfs",
    label: "",
    uuid: "",
    sizeBytes: used,
    usedBytes: used,
    entryCount: bytes.readUInt32LE(4),
    remarks: [`${compression}, blocks of ${bytes.readUInt32LE(12) / 1024} KiB`],
  };
}

/** fs/erofs/erofs_fs.h. */
async function erofs(source: ByteSource): Promise<Volume | undefined> {
  const bytes = await bytesIfAny(source, 1024, 128);
  if (bytes?.readUInt32LE(0) !== 0xe0f5e1e2) return undefined;
  const size = bytes.readUInt32LE(36) * 2 ** bytes[12]!;
  return {
    type: "erofs",
    label: nameText(bytes.subarray(64, 80)),
    uuid: uuidText(bytes.subarray(48, 64)),
    sizeBytes: size,
    usedBytes: size,
    entryCount: Number(bytes.readBigUInt64LE(16)),
  };
}

/** fs/xfs/libxfs/xfs_format.h; numbers are big-endian. */
async function xfs(source: ByteSource): Promise<Volume | undefined> {
  const bytes = await bytesIfAny(source, 0, 512);
  if (bytes?.toString("latin1", 0, 4) !== "XFSB") return undefined;
  const block = bytes.readUInt32BE(4);
  const blocks = Number(bytes.readBigUInt64BE(8));
  return {
    type: "xfs",
    label: nameText(bytes.subarray(108, 120)),
    uuid: uuidText(bytes.subarray(32, 48)),
    sizeBytes: blocks * block,
    usedBytes: (blocks - Number(bytes.readBigUInt64BE(144))) * block,
    entryCount: Number(bytes.readBigUInt64BE(128) - bytes.readBigUInt64BE(136)),
  };
}

/** btrfs documentation, "On-disk format", superblock at 64 KiB. */
async function btrfs(source: ByteSource): Promise<Volume | undefined> {
  const bytes = await bytesIfAny(source, 0x10000, 4096);
  if (bytes?.toString("latin1", 0x40, 0x48) !== "_BHRfS_M") return undefined;
  return {
    type: "btrfs",
    label: nameText(bytes.subarray(0x12b, 0x12b + 256)),
    uuid: uuidText(bytes.subarray(0x20, 0x30)),
    sizeBytes: Number(bytes.readBigUInt64LE(0x70)),
    usedBytes: Number(bytes.readBigUInt64LE(0x78)),
  };
}

/** include/linux/swap.h, for pages of 4 KiB. */
async function swap(source: ByteSource): Promise<Volume | undefined> {
  const bytes = await bytesIfAny(source, 0, 4096);
  if (bytes?.toString("latin1", 4086, 4096) !== "SWAPSPACE2") return undefined;
  return {
    type: "swap",
    label: nameText(bytes.subarray(1052, 1068)),
    uuid: uuidText(bytes.subarray(1036, 1052)),
    sizeBytes: (bytes.readUInt32LE(1028) + 1) * 4096,
  };
}
