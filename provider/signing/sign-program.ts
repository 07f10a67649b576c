import { type FileHandle, open } from "node:fs/promises";
import { headerBytes } from "../plan/efi-image.ts";
import { digestOfRanges } from "../tree/digest-ranges.ts";
import { fileChunks } from "../tree/file-chunks.ts";
import { readFully } from "../tree/read-fully.ts";
import { writeFully } from "../tree/write-fully.ts";
import { authenticodeSignature, type Signer } from "./authenticode.ts";
import { align, type ProgramImage, readProgramImage } from "./program-image.ts";

/** WIN_CERTIFICATE_TYPE_PKCS_SIGNED_DATA, revision 2 (PE Format, "The Attribute Certificate Table"). */
const certificateKind = { revision: 0x0200, type: 0x0002 };

/**
 * Signs an EFI program where it lies, a piece at a time; signatures that it has stay. The same program and signer give the same bytes.
 * A ContentError where the file is no program, or one that firmware would not accept.
 */
export async function signProgram(
  file: string,
  signer: Signer,
  signal?: AbortSignal,
): Promise<void> {
  const handle = await open(file, "r+");
  try {
    const image = await readImage(handle);
    const padding = Buffer.alloc(image.sizeBytes - image.certificates.start);
    if (padding.length > 0) await writeFully(handle, padding, image.certificates.start);
    const digest = await digestOfRanges(handle, image.hashed, signal);
    if (digest === undefined) throw new Error("The file became shorter");
    const entry = certificateEntry(authenticodeSignature(Buffer.from(digest, "hex"), signer));
    const { start, end } = image.certificates;
    const before = end - start;
    await writeFully(handle, entry, image.sizeBytes + before);
    const place = Buffer.alloc(8);
    place.writeUInt32LE(image.sizeBytes, 0);
    place.writeUInt32LE(before + entry.length, 4);
    await writeFully(handle, place, image.certificateEntryAt);
    await writeChecksum(handle, image, signal);
  } finally {
    await handle.close();
  }
}

async function readImage(handle: FileHandle): Promise<ProgramImage> {
  const { size } = await handle.stat();
  const header = Buffer.alloc(Math.min(headerBytes, size));
  await readFully(handle, header, 0);
  return readProgramImage(header, size);
}

function certificateEntry(signature: Buffer): Buffer {
  const size = 8 + signature.length;
  const entry = Buffer.alloc(align(size));
  entry.writeUInt32LE(size, 0);
  entry.writeUInt16LE(certificateKind.revision, 4);
  entry.writeUInt16LE(certificateKind.type, 6);
  entry.set(signature, 8);
  return entry;
}

/** The sum of all 16-bit words with their carries, and the size (as imagehlp's CheckSumMappedFile has it). */
async function writeChecksum(
  handle: FileHandle,
  { checksumAt }: ProgramImage,
  signal?: AbortSignal,
): Promise<void> {
  const field = Buffer.alloc(4);
  await writeFully(handle, field, checksumAt);
  let sum = 0;
  let bytes = 0;
  for await (const chunk of fileChunks(handle, signal)) {
    for (let at = 0; at + 1 < chunk.length; at += 2) sum += chunk.readUInt16LE(at);
    bytes += chunk.length;
  }
  while (sum > 0xffff) sum = (sum % 0x10000) + Math.floor(sum / 0x10000);
  field.writeUInt32LE(sum + bytes, 0);
  await writeFully(handle, field, checksumAt);
}
