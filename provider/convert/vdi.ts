import { ContentError } from "../errors.ts";
import { seededUuid } from "../plan/canonical.ts";
import { guid } from "../plan/gpt.ts";
import type { FixUp } from "./patch.ts";

/** Identifiers of a VDI (VirtualBox's VDICore.h): of the image, and of its last change. */
export const fixVdi: FixUp = (head, disk) => {
  if (head.length < 0x200 || head.readUInt32LE(0x40) !== 0xbeda107f)
    throw new ContentError("what qemu-img wrote is not a VDI: its signature is missing");
  const identifier = (purpose: string) => guid(seededUuid(disk, purpose));
  return [
    { offsetBytes: 0x188, bytes: identifier("vdi image") },
    { offsetBytes: 0x198, bytes: identifier("vdi last change") },
  ];
};
