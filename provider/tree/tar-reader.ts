import { ContentError } from "../errors.ts";
import { ByteReader } from "./byte-reader.ts";
import { parsePax } from "./pax.ts";
import { BLOCK, type Header, isZeroBlock, MAX_EXTENSION, parseHeader } from "./tar-header.ts";
import { describeMember, type Extensions, type TarMember } from "./tar-member.ts";

/** Reads a tar archive (v7, ustar, GNU, PAX) forwards. Errors tell the byte, and the member where there is one. */
export async function* readTar(chunks: AsyncIterable<Buffer>): AsyncGenerator<TarMember> {
  const reader = new ByteReader(chunks);
  let extensions: Extensions = { global: [], own: [] };
  try {
    while (!(await reader.ended())) {
      const offset = reader.offset;
      const block = Buffer.from(await reader.exactly(BLOCK));
      if (isZeroBlock(block)) return await expectEnd(reader);
      const header = parseHeader(block, offset);
      if ("xXgLK".includes(header.typeflag)) {
        await readExtension(reader, header, offset, extensions);
      } else if (header.typeflag === "V") {
        await reader.skip(padded(header.size)); // the archive's label
      } else {
        const { member, stored } = await describeMember(reader, block, header, offset, extensions);
        const end = reader.offset + padded(stored);
        yield member;
        await reader.skip(end - reader.offset);
        extensions = { global: extensions.global, own: [] };
      }
    }
  } finally {
    await reader.close();
  }
}

async function expectEnd(reader: ByteReader): Promise<void> {
  if ((await reader.ended()) || isZeroBlock(await reader.exactly(BLOCK))) return;
  throw new ContentError(`a lone block of zeros before byte ${reader.offset - BLOCK}`);
}

function padded(size: number): number {
  return Math.ceil(size / BLOCK) * BLOCK;
}

async function readExtension(
  reader: ByteReader,
  header: Header,
  offset: number,
  extensions: Extensions,
): Promise<void> {
  if (header.size > MAX_EXTENSION) {
    throw new ContentError(
      `an extended header of ${header.size} bytes at byte ${offset}; at most ${MAX_EXTENSION} are read`,
    );
  }
  const whole = await reader.exactly(padded(header.size));
  const body = whole.subarray(0, header.size);
  const name = () => body.toString("latin1").replace(/\0.*$/s, "");
  if (header.typeflag === "L") extensions.longName = name();
  else if (header.typeflag === "K") extensions.longLink = name();
  else if (header.typeflag === "g") {
    const all = [...extensions.global, ...parsePax(body, offset + BLOCK)];
    // The last record of a key counts.
    extensions.global = [...new Map(all)];
    if (extensions.global.reduce((sum, record) => sum + record.join().length, 0) > MAX_EXTENSION) {
      throw new ContentError(
        `global headers of more than ${MAX_EXTENSION} bytes at byte ${offset}`,
      );
    }
  } else extensions.own = parsePax(body, offset + BLOCK);
}
