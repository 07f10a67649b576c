import { constants, copyFile, type FileHandle, open } from "node:fs/promises";
import { join } from "node:path";
import { ContentError } from "../errors.ts";
import { needsAnotherFile } from "../plan/qcow2.ts";
import type { Context } from "../resource.ts";
import { readFully } from "../tree/read-fully.ts";

const footerBytes = 512;
const headBytes = 512;
const fixedVhd = 2;
/** Most bytes that a qcow2 may say it is, and may unpack to (as archives): a few kilobytes can claim anything. */
const mostDiskBytes = 16 * 2 ** 40;
const mostUnpackedBytes = 256 * 2 ** 30;
const convert = "convert it: qemu-img convert -O qcow2 OLD NEW";
/** First bytes of images that are not read, what they are, and the way out. */
const others = [
  ["vhdxfile", "VHDX", convert],
  ["KDMV", "VMDK", convert],
  ["# Disk DescriptorFile", "VMDK", convert],
  ["<<<", "VDI", convert],
  ["\x1f\x8b", "file packed by gzip", "unpack it: gzip -d (of a .tar.gz, the disk in it)"],
  ["\xfd7zXZ\0", "file packed by xz", "unpack it: xz -d"],
  ["\x28\xb5\x2f\xfd", "file packed by zstd", "unpack it: zstd -d"],
  ["BZh", "file packed by bzip2", "unpack it: bzip2 -d"],
  ["PK\x03\x04", "zip archive", "unpack it: unzip"],
] as const;

/** A disk as raw bytes: the file itself, or what a qcow2 was unpacked to in `folder`. */
export interface RawDisk {
  readonly path: string;
  readonly sizeBytes: number;
}

/** Finds the raw disk in an image by its first and last bytes: raw, a fixed VHD or a qcow2. */
export async function rawDisk(path: string, folder: string, ctx: Context): Promise<RawDisk> {
  const file = await open(path);
  try {
    const { size } = await file.stat();
    const head = await bytesAt(file, 0, Math.min(headBytes, size));
    if (size >= headBytes && head.subarray(0, 4).equals(Buffer.from("QFI\xfb", "latin1"))) {
      demandAlone(head);
      const disk = head.readBigUInt64BE(24);
      if (disk > mostDiskBytes)
        throw new ContentError(`it is a qcow2 of ${disk} bytes, more than ${mostDiskBytes}`);
      return unpacked(path, folder, ctx);
    }
    const start = head.toString("latin1");
    const other = others.find(([magic]) => start.startsWith(magic));
    if (other) throw unread(other[1], other[2]);
    const footer = await bytesAt(
      file,
      Math.max(0, size - footerBytes),
      Math.min(footerBytes, size),
    );
    if (size <= footerBytes || footer.toString("latin1", 0, 8) !== "conectix")
      return { path, sizeBytes: size };
    if (footer.readUInt32BE(60) !== fixedVhd)
      throw unread("VHD that is not of a fixed size", convert);
    return { path, sizeBytes: size - footerBytes };
  } finally {
    await file.close();
  }
}

/** A qcow2 that names another file would have us read any file of this machine. */
function demandAlone(head: Buffer): void {
  if (needsAnotherFile(head))
    throw new ContentError("it is a qcow2 that needs another file", {
      hint: "make it whole: qemu-img convert -O qcow2 OLD NEW",
    });
}

async function unpacked(path: string, folder: string, ctx: Context): Promise<RawDisk> {
  // The container sees the store and nothing else.
  const [own, raw] = [join(folder, "disk.qcow2"), join(folder, "disk.raw")];
  ctx.log.progress("unpacking the qcow2");
  await copyFile(path, own, constants.COPYFILE_FICLONE);
  const purpose = "to unpack the disk image";
  const run = (args: string[]) =>
    ctx.runner.run(
      { tool: "qemu-img", args, purpose, writes: folder, package: "qemu-utils" },
      { signal: ctx.signal },
    );
  const measured = await run(["measure", "-f", "qcow2", "-O", "qcow2", own]);
  const bytes = Number(/^required size: ([0-9]+)$/m.exec(measured)?.[1]);
  if (!(bytes <= mostUnpackedBytes))
    throw new ContentError(`it unpacks to ${bytes} bytes, more than ${mostUnpackedBytes}`);
  await run(["convert", "-f", "qcow2", "-O", "raw", own, raw]);
  const file = await open(raw);
  try {
    return { path: raw, sizeBytes: (await file.stat()).size };
  } finally {
    await file.close();
  }
}

function unread(what: string, hint: string): ContentError {
  return new ContentError(`it is a ${what}, which is not read`, { hint });
}

async function bytesAt(file: FileHandle, offset: number, length: number): Promise<Buffer> {
  const bytes = Buffer.alloc(length);
  if (!(await readFully(file, bytes, offset)))
    throw new ContentError("it changed while it was read");
  return bytes;
}
