import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { createGunzip, createZstdDecompress } from "node:zlib";
import { ContentError } from "../../errors.ts";

const formats = [
  { name: "gzip", magic: "1f8b", open: () => createGunzip({ chunkSize: 1 << 20 }) },
  { name: "zstd", magic: "28b52ffd", open: () => createZstdDecompress({ chunkSize: 1 << 20 }) },
  { name: "xz", magic: "fd377a585a00", open: undefined },
  { name: "bzip2", magic: "425a68", open: undefined },
];

/** A stream as it is, or decompressed when its first bytes are those of gzip or zstd. */
export async function* decompressed(chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  const iterator = chunks[Symbol.asyncIterator]();
  let start: Buffer = Buffer.alloc(0);
  while (start.length < 6) {
    const next = await iterator.next();
    if (next.done) break;
    start = Buffer.concat([start, next.value]);
  }
  async function* whole() {
    try {
      if (start.length > 0) yield start;
      yield* { [Symbol.asyncIterator]: () => iterator };
    } finally {
      await iterator.return?.();
    }
  }
  const format = formats.find(({ magic }) => start.toString("hex").startsWith(magic));
  if (format === undefined) return yield* whole();
  if (format.open === undefined) {
    await iterator.return?.();
    throw new ContentError(`it is compressed with ${format.name}, which cannot be read`, {
      hint: "decompress it first, or use gzip or zstd",
    });
  }
  const decoder = format.open();
  const fed = pipeline(Readable.from(whole(), { objectMode: false }), decoder);
  fed.catch(() => {}); // The loop below throws the same error.
  try {
    yield* decoder as AsyncIterable<Buffer>;
    await fed;
  } catch (error) {
    const { code = "", message } = error as NodeJS.ErrnoException;
    if (!/^(Z_|ZSTD_|ERR_ZSTD)/.test(code)) throw error;
    throw new ContentError(`its ${format.name} data is damaged: ${message}`, { cause: error });
  }
}
