import { ContentError } from "../../errors.ts";
import { needsAnotherFile } from "../../plan/qcow2.ts";
import type { ByteSource } from "../../store/vhd-view.ts";
import { bytesIfAny } from "./region.ts";

/** What a file wraps a disk's bytes in, as qemu-img calls it; `vhd` is the fixed one, which only adds a footer. */
export type ImageFormat = "raw" | "vhd" | "qcow2" | "vhdx" | "vdi" | "vpc";

/** What a file is that is no disk before it is unpacked, by how it begins. */
const packed: readonly (readonly [bytes: string, what: string, hint: string])[] = [
  ["\x1f\x8b", "gzip", "gzip -d unpacks it; of a .tar.gz it is disk.raw"],
  ["\x28\xb5\x2f\xfd", "zstd", "zstd -d unpacks it"],
  ["\xfd7zXZ\0", "xz", "xz -d unpacks it"],
  ["BZh", "bzip2", "bzip2 -d unpacks it"],
  ["PK\x03\x04", "zip", "unzip unpacks it"],
  ["KDMV", "VMDK", "qemu-img convert -O raw unpacks it"],
  ["# Disk DescriptorFile", "VMDK", "qemu-img convert -O raw unpacks it"],
];

/** What a file's bytes are; archives and what leads to other files are refused with the way to unpack them. */
export async function containerFormat(source: ByteSource, name: string): Promise<ImageFormat> {
  const size = Math.min(source.sizeBytes, 512);
  const start = (await bytesIfAny(source, 0, size)) ?? Buffer.alloc(0);
  const begins = (text: string, at = 0) => start.toString("latin1", at, at + text.length) === text;
  for (const [bytes, what, hint] of packed)
    if (begins(bytes)) throw new ContentError(`${name} is no disk but packed: ${what}`, { hint });
  if (begins("ustar", 257))
    throw new ContentError(`${name} is a tar`, {
      hint: "tar --extract unpacks it (an OVA has a .vmdk)",
    });
  if (begins("QFI\xfb")) {
    if (needsAnotherFile(start))
      throw new ContentError(`The qcow2 ${name} needs another file`, {
        hint: "flatten it with qemu-img convert -O qcow2",
      });
    return "qcow2";
  }
  if (begins("vhdxfile")) return "vhdx";
  if (start.length >= 68 && start.readUInt32LE(64) === 0xbeda107f) return "vdi";
  if (begins("conectix")) return "vpc";
  const footer = await bytesIfAny(source, Math.max(0, source.sizeBytes - 512), size && 8);
  return source.sizeBytes >= 1024 && footer?.toString("latin1", 0, 8) === "conectix"
    ? "vhd"
    : "raw";
}
