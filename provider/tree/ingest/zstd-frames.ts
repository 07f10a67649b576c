import { ContentError } from "../../errors.ts";
import type { ByteReader } from "../byte-reader.ts";

const FRAME = 0xfd2fb528;
/** 16 magic numbers announce frames of metadata. */
const SKIPPABLE = 0x184d2a50;

/**
 * The bytes of the next frame of zstd data (RFC 8878); undefined at the end. Node's decoder stops after one frame, as
 * if the rest were not there, while `zstd:chunked` layers and parallel compressors write many.
 */
export async function nextFrame(reader: ByteReader): Promise<AsyncGenerator<Buffer> | undefined> {
  while (!(await reader.ended())) {
    const at = reader.offset;
    const start = Buffer.from(await reader.exactly(4));
    const magic = start.readUInt32LE();
    if (magic === FRAME) return frameBytes(reader, start);
    if ((magic & ~0xf) >>> 0 !== SKIPPABLE) {
      throw new ContentError(`its zstd data is damaged: no frame begins at byte ${at}`);
    }
    await reader.skip((await reader.exactly(4)).readUInt32LE());
  }
  return undefined;
}

async function* frameBytes(reader: ByteReader, magic: Buffer): AsyncGenerator<Buffer> {
  const descriptor = Buffer.from(await reader.exactly(1));
  const flags = descriptor[0]!;
  const single = (flags & 0x20) !== 0;
  const contentSize = [single ? 1 : 0, 2, 4, 8][flags >> 6]!;
  const dictionary = [0, 1, 2, 4][flags & 3]!;
  const rest = await reader.exactly((single ? 0 : 1) + dictionary + contentSize);
  yield Buffer.concat([magic, descriptor, rest]);
  for (let last = false; !last; ) {
    const header = Buffer.from(await reader.exactly(3));
    yield header;
    const bits = header.readUIntLE(0, 3);
    last = (bits & 1) === 1;
    // A block of type 1 is one byte, repeated.
    for (let left = ((bits >> 1) & 3) === 1 ? 1 : bits >> 3; left > 0; ) {
      const piece = await reader.some(left);
      left -= piece.length;
      yield piece;
    }
  }
  if (flags & 4) yield Buffer.from(await reader.exactly(4));
}
