import { ContentError } from "../../errors.ts";
import type { ByteSource } from "../../store/vhd-view.ts";

/** A part of a source as a source of its own; closing it leaves the whole open. */
export function region(whole: ByteSource, offsetBytes: number, sizeBytes: number): ByteSource {
  const size = Math.max(0, Math.min(sizeBytes, whole.sizeBytes - offsetBytes));
  return {
    sizeBytes: size,
    read: (offset, into) =>
      whole.read(
        offsetBytes + offset,
        into.subarray(0, Math.max(0, Math.min(into.length, size - offset))),
      ),
    close: async () => {},
  };
}

/** Bytes at an offset, in memory of their own; an image that ends before is a ContentError. */
export async function bytesAt(source: ByteSource, offset: number, length: number): Promise<Buffer> {
  const inside = Number.isSafeInteger(offset) && offset >= 0 && offset + length <= source.sizeBytes;
  if (!inside)
    throw new ContentError(
      `The image is damaged or cut off: bytes ${offset} to ${offset + length} are named, but it has ${source.sizeBytes}`,
    );
  return source.read(offset, Buffer.alloc(length));
}

/** The same, or undefined where the image ends before. */
export async function bytesIfAny(
  source: ByteSource,
  offset: number,
  length: number,
): Promise<Buffer | undefined> {
  return offset + length <= source.sizeBytes ? bytesAt(source, offset, length) : undefined;
}

/** 16 bytes as a UUID, in the order in which they stand. */
export function uuidText(bytes: Buffer): string {
  const hex = bytes.toString("hex");
  return [8, 12, 16, 20, 32].map((end, i, ends) => hex.slice(ends[i - 1] ?? 0, end)).join("-");
}

/** A name of fixed length: up to its first NUL, latin1. */
export function nameText(bytes: Buffer): string {
  const end = bytes.indexOf(0);
  return bytes.toString("latin1", 0, end < 0 ? bytes.length : end);
}
