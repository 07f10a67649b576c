import { ContentError } from "../errors.ts";
import { crc32c } from "../ext4/checksums/crc32c.ts";
import { seededUuid } from "../plan/canonical.ts";
import { guid } from "../plan/gpt.ts";
import type { FixUp, Patch } from "./patch.ts";

const headerOffsets = [64 * 1024, 128 * 1024];
const headerBytes = 4096;
const regionTableOffset = 192 * 1024;
const metadataRegion = guid("8b7ca206-4790-4b9a-b8fe-575f050f886e");
const virtualDiskId = guid("beca12ab-b2e6-4523-93ef-c309e000c746");

/**
 * Identifiers, sequence numbers and log of a VHDX (Microsoft's MS-VHDX). qemu-img has closed the image, so nothing in its log is
 * still to be replayed.
 */
export const fixVhdx: FixUp = (head, disk) => {
  if (head.toString("latin1", 0, 8) !== "vhdxfile")
    throw new ContentError("what qemu-img wrote is not a VHDX: its signature is missing");
  const creator = Buffer.alloc(512);
  creator.write("Bootwright", "utf16le"); // qemu-img names its version here
  const log = {
    length: head.readUInt32LE(headerOffsets[0]! + 68),
    offsetBytes: Number(head.readBigUInt64LE(headerOffsets[0]! + 72)),
  };
  return [
    { offsetBytes: 8, bytes: creator },
    ...headerOffsets.map((offset, i) => fixHeader(head, offset, BigInt(i + 1), disk)),
    { offsetBytes: log.offsetBytes, bytes: Buffer.alloc(log.length) },
    { offsetBytes: virtualDiskIdOffset(head), bytes: guid(seededUuid(disk, "vhdx disk")) },
  ];
};

/** A header with fixed identifiers and no log; qemu-img starts its sequence number at random. */
function fixHeader(head: Buffer, offsetBytes: number, sequence: bigint, disk: string): Patch {
  const bytes = Buffer.from(head.subarray(offsetBytes, offsetBytes + headerBytes));
  if (bytes.toString("latin1", 0, 4) !== "head")
    throw new ContentError(`the VHDX that qemu-img wrote has no header at byte ${offsetBytes}`);
  bytes.writeBigUInt64LE(sequence, 8);
  guid(seededUuid(disk, "vhdx file write")).copy(bytes, 16);
  guid(seededUuid(disk, "vhdx data write")).copy(bytes, 32);
  bytes.fill(0, 48, 64); // log: none
  bytes.writeUInt32LE(0, 4);
  bytes.writeUInt32LE(~crc32c(0xffffffff, bytes) >>> 0, 4);
  return { offsetBytes, bytes };
}

/** Where the identifier that a machine reads as page 83 of its disk lies. */
function virtualDiskIdOffset(head: Buffer): number {
  const regions = head.readUInt32LE(regionTableOffset + 8);
  const region = findEntry(head, regionTableOffset + 16, regions, metadataRegion);
  const table = Number(head.readBigUInt64LE(region + 16));
  const item = findEntry(head, table + 32, head.readUInt16LE(table + 10), virtualDiskId);
  return table + head.readUInt32LE(item + 16);
}

/** Offset of the entry with a GUID in a table of entries of 32 bytes. */
function findEntry(head: Buffer, start: number, count: number, wanted: Buffer): number {
  for (let i = 0; i < count; i++) {
    const at = start + 32 * i;
    if (head.subarray(at, at + 16).equals(wanted)) return at;
  }
  throw new ContentError(
    `the VHDX that qemu-img wrote has no entry ${wanted.toString("hex")} in its table at byte ${start}`,
  );
}
