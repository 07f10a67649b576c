const x8664 = 0x8664;
const efiApplication = 10;

/** Why a file is no program that the firmware of a PC with UEFI starts; undefined where it is one (UEFI 2.10 §2.1.1, PE format). */
export function efiProblem(file: Uint8Array): string | undefined {
  const bytes = Buffer.from(file.buffer, file.byteOffset, file.byteLength);
  if (bytes.length < 64 || bytes.toString("latin1", 0, 2) !== "MZ") return "it is no EFI program";
  const header = bytes.readUInt32LE(60);
  if (header + 96 > bytes.length || bytes.toString("latin1", header, header + 4) !== "PE\0\0")
    return "it is no EFI program";
  const machine = bytes.readUInt16LE(header + 4);
  if (machine !== x8664) return `it is for machine ${hex(machine)}, not x86-64 (${hex(x8664)})`;
  const subsystem = bytes.readUInt16LE(header + 24 + 68);
  if (subsystem !== efiApplication)
    return `it is of subsystem ${subsystem}, not an EFI application (${efiApplication})`;
  return undefined;
}

/** How much of a program's file says where its parts lie. */
export const headerBytes = 64 * 1024;

/** A section of a program: where it lies in the file, how much of the file it takes, and how much of that is content. */
export interface Section {
  readonly name: string;
  readonly start: number;
  readonly storedBytes: number;
  readonly bytes: number;
}

/** The sections of a program that {@link efiProblem} lets pass (PE Format, "Section Table"); a RangeError where their table is cut off. */
export function sectionsOf(header: Buffer): Section[] {
  const coff = header.readUInt32LE(60) + 4;
  const table = coff + 20 + header.readUInt16LE(coff + 16);
  return Array.from({ length: header.readUInt16LE(coff + 2) }, (_, index) => {
    const at = table + index * 40;
    return {
      name: header.toString("latin1", at, at + 8).replace(/\0+$/, ""),
      start: header.readUInt32LE(at + 20),
      storedBytes: header.readUInt32LE(at + 16),
      bytes: header.readUInt32LE(at + 8),
    };
  });
}

/**
 * True where a kernel itself names a file as its initrd. Its EFI stub is not compressed, and holds a built-in command line that it looks
 * for `initrd=` in (since Linux 6.13) as UTF-16.
 */
export function namesInitrd(kernel: Uint8Array, name: string): boolean {
  const bytes = Buffer.from(kernel.buffer, kernel.byteOffset, kernel.byteLength);
  return ["\\", "/", ""].some((slash) =>
    bytes.includes(Buffer.from(`initrd=${slash}${name}`, "utf16le")),
  );
}

function hex(number: number): string {
  return `0x${number.toString(16)}`;
}
