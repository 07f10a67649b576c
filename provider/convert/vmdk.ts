import { ContentError } from "../errors.ts";
import { seededUuid } from "../plan/canonical.ts";
import type { FixUp } from "./patch.ts";

const sector = 512;

/** The content identifier in a VMDK's descriptor (VMware's Virtual Disk Format 5.0), which qemu-img draws at random. */
export const fixVmdk: FixUp = (head, disk) => {
  if (head.toString("latin1", 0, 4) !== "KDMV")
    throw new ContentError("what qemu-img wrote is not a VMDK: its signature is missing");
  const start = Number(head.readBigUInt64LE(28)) * sector;
  const end = start + Number(head.readBigUInt64LE(36)) * sector;
  const text = head.toString("latin1", start, end).replace(/\0+$/, "");
  // qemu-img leaves leading zeros out: the text behind the identifier moves.
  const found = /^CID=[0-9a-f]{1,8}$/m;
  if (!found.test(text))
    throw new ContentError("the VMDK that qemu-img wrote has no CID in its descriptor");
  const bytes = Buffer.alloc(end - start);
  bytes.write(text.replace(found, `CID=${seededUuid(disk, "vmdk content").slice(0, 8)}`), "latin1");
  return [{ offsetBytes: start, bytes }];
};
