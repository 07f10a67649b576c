import { ContentError } from "../errors.ts";

/** A variable of UEFI firmware (UEFI 2.10 §8.2). */
export interface FirmwareVariable {
  readonly name: string;
  /** Whose name it is. */
  readonly vendor: string;
  readonly attributes: number;
  readonly data: Buffer;
}

const nvDataFileSystem = "fff12b8d-7696-4c8b-a985-2747075b4f50";
const authenticatedVariables = "aaf32c78-947b-439a-a180-2e144ec37792";
const formattedAndHealthy = [0x5a, 0xfe];
const storeHeaderBytes = 28;
const variableHeaderBytes = 60;
const startOfVariable = 0x55aa;
const added = 0x3f;

/** Of a variable that is changed by signed updates only; any later update is newer. */
const updated = { year: 2020, month: 1, day: 1 };
const timeBased = 0x20;

/**
 * The flash chip of OVMF with variables in it, over one that has none: a firmware volume that holds a store of authenticated variables
 * (edk2: MdeModulePkg/Include/Guid/VariableFormat.h). The same variables give the same bytes.
 */
export function withVariables(empty: Buffer, variables: readonly FirmwareVariable[]): Buffer {
  const { start, end } = freeRange(empty);
  const flash = Buffer.from(empty);
  let at = start;
  for (const variable of variables) {
    const bytes = variableBytes(variable);
    if (at + bytes.length > end)
      throw new ContentError(
        `The firmware's variables take ${at + bytes.length - start} bytes, but it has room for ${end - start}`,
      );
    flash.set(bytes, at);
    at = Math.ceil((at + bytes.length) / 4) * 4;
  }
  return flash;
}

/** A GUID as UEFI has it in memory: the first three parts with their lowest byte first. */
export function guidBytes(guid: string): Buffer {
  const bytes = Buffer.from(guid.replaceAll("-", ""), "hex");
  bytes.subarray(0, 4).swap32();
  bytes.subarray(4, 8).swap16();
  return bytes;
}

/** Where variables go; an error where the chip is not one of OVMF without any. */
function freeRange(flash: Buffer): { start: number; end: number } {
  const isThere = (at: number, bytes: Uint8Array) =>
    flash.subarray(at, at + bytes.length).equals(bytes);
  const isVolume =
    flash.length >= 64 &&
    isThere(16, guidBytes(nvDataFileSystem)) &&
    isThere(40, Buffer.from("_FVH"));
  const store = isVolume ? flash.readUInt16LE(48) : 0;
  const isStore =
    isVolume &&
    store + storeHeaderBytes <= flash.length &&
    isThere(store, guidBytes(authenticatedVariables)) &&
    isThere(store + 20, Buffer.from(formattedAndHealthy));
  const end = isStore ? store + flash.readUInt32LE(store + 16) : 0;
  const start = store + storeHeaderBytes;
  const isEmpty =
    isStore && end <= flash.length && flash.subarray(start, end).every((byte) => byte === 0xff);
  if (!isEmpty)
    throw new ContentError("The firmware's variables are not an empty store of OVMF", {
      hint: "is the ovmf package another one than Debian's?",
    });
  return { start, end };
}

/** AUTHENTICATED_VARIABLE_HEADER, the name, and the data. */
function variableBytes({ name, vendor, attributes, data }: FirmwareVariable): Buffer {
  const nameBytes = Buffer.from(`${name}\0`, "utf16le");
  const header = Buffer.alloc(variableHeaderBytes);
  header.writeUInt16LE(startOfVariable, 0);
  header.writeUInt8(added, 2);
  header.writeUInt32LE(attributes, 4);
  if (attributes & timeBased) {
    header.writeUInt16LE(updated.year, 16);
    header.writeUInt8(updated.month, 18);
    header.writeUInt8(updated.day, 19);
  }
  header.writeUInt32LE(nameBytes.length, 36);
  header.writeUInt32LE(data.length, 40);
  header.set(guidBytes(vendor), 44);
  return Buffer.concat([header, nameBytes, data]);
}
