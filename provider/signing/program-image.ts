import { ContentError } from "../errors.ts";
import { efiProblem, sectionsOf } from "../plan/efi-image.ts";
import type { Range } from "../plan/ranges.ts";

/** What a signer must know of an EFI program (Microsoft PE Format). */
export interface ProgramImage {
  /** Where the sum of the file stands, in 4 bytes. */
  readonly checksumAt: number;
  /** Where place and size of the certificates stand, in 8 bytes. */
  readonly certificateEntryAt: number;
  /** End of the bytes that are signed; zeros fill it up to a multiple of 8. */
  readonly sizeBytes: number;
  /** Certificates that are there already, at the end of the file. */
  readonly certificates: Range;
  /** What is hashed, in this order ("Calculating the PE Image Hash" of Authenticode). */
  readonly hashed: readonly Range[];
}

const certificateDirectory = 4;
const pe32Plus = 0x20b;

/** Finds what is signed of a program; an error where it is none, or cannot be signed so that firmware accepts it. */
export function readProgramImage(header: Buffer, fileBytes: number): ProgramImage {
  const problem = efiProblem(header);
  if (problem) throw unsignable(problem);
  const coff = header.readUInt32LE(60) + 4;
  const optional = coff + 20;
  const directories = optional + 112;
  const sectionTable = optional + header.readUInt16LE(coff + 16);
  const sections = header.readUInt16LE(coff + 2);
  const certificateEntryAt = directories + certificateDirectory * 8;
  if (Math.max(certificateEntryAt + 8, sectionTable + sections * 40) > header.length)
    throw unsignable("its headers are cut off");
  if (header.readUInt16LE(optional) !== pe32Plus) throw unsignable("it is not in PE32+");
  if (header.readUInt32LE(optional + 108) <= certificateDirectory)
    throw unsignable("it has no room for a signature in its header");
  const endOfHeaders = header.readUInt32LE(optional + 60);
  const checksumAt = optional + 64;
  const certificates = certificatesAt(header, certificateEntryAt, fileBytes);
  const sizeBytes = align(certificates.start);
  const parts = rangesOf(header);
  if (endOfHeaders < sectionTable || parts.some(({ end }) => end > certificates.start))
    throw unsignable("its parts lie beyond its end");
  const inSections = parts.reduce((sum, { start, end }) => sum + end - start, endOfHeaders);
  const hashed = [
    { start: 0, end: checksumAt },
    { start: checksumAt + 4, end: certificateEntryAt },
    { start: certificateEntryAt + 8, end: endOfHeaders },
    ...parts,
    { start: inSections, end: sizeBytes },
  ];
  return { checksumAt, certificateEntryAt, sizeBytes, certificates, hashed };
}

/** The next multiple of 8, to which certificates are aligned. */
export function align(bytes: number): number {
  return Math.ceil(bytes / 8) * 8;
}

function certificatesAt(header: Buffer, entry: number, fileBytes: number): Range {
  const start = header.readUInt32LE(entry);
  const end = start + header.readUInt32LE(entry + 4);
  if (start === end) return { start: fileBytes, end: fileBytes };
  if (end !== fileBytes || start % 8 !== 0 || end % 8 !== 0)
    throw unsignable("it has a signature that does not lie at its end");
  return { start, end };
}

/** By their places in the file; what takes no room there is left out. */
function rangesOf(header: Buffer): Range[] {
  return sectionsOf(header)
    .map(({ start, storedBytes }) => ({ start, end: start + storedBytes }))
    .filter(({ start, end }) => end > start)
    .sort((a, b) => a.start - b.start);
}

function unsignable(why: string): ContentError {
  return new ContentError(`The EFI program cannot be signed: ${why}`);
}
