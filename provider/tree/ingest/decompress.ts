import { Readable, type Transform } from "node:stream";
import { pipeline } from "node:stream/promises";
import * as zlib from "node:zlib";
import { ContentError } from "../../errors.ts";
import { ByteReader } from "../byte-reader.ts";
import { nextFrame } from "./zstd-frames.ts";

const CHUNK = { chunkSize: 1 << 20 };

const formats = [
  { name: "gzip", magic: /^1f8b/, decode: gunzip },
  // The second: a frame of metadata first, as parallel compressors write it.
  { name: "zstd", magic: /^(28b52ffd|5[0-9a-f]2a4d18)/, decode: unzstd },
  { name: "xz", magic: /^fd377a585a00/, decode: undefined },
  { name: "bzip2", magic: /^425a68/, decode: undefined },
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
  const hex = start.toString("hex");
  const format = formats.find(({ magic }) => magic.test(hex));
  if (format === undefined) return yield* whole();
  if (format.decode === undefined) {
    await iterator.return?.();
    throw new ContentError(`it is compressed with ${format.name}, which cannot be read`, {
      hint: "decompress it first, or use gzip or zstd",
    });
  }
  try {
    yield* format.decode(whole());
  } catch (error) {
    const { code = "", message } = error as NodeJS.ErrnoException;
    if (!/^(Z_|ZSTD_|ERR_ZSTD)/.test(code)) throw error;
    throw new ContentError(`its ${format.name} data is damaged: ${message}`, { cause: error });
  }
}

function gunzip(chunks: AsyncGenerator<Buffer>): AsyncGenerator<Buffer> {
  return through(chunks, zlib.createGunzip(CHUNK));
}

/** Node has one from 22.15 on, and the package runs on 20: asked for by name, nothing of the module would load there. */
function zstdDecoder(): Transform {
  if (zlib.createZstdDecompress === undefined)
    throw new ContentError(
      `it is compressed with zstd, which Node ${process.version} cannot read`,
      {
        hint: "use Node 22.15 or later, or gzip",
      },
    );
  return zlib.createZstdDecompress(CHUNK);
}

async function* unzstd(chunks: AsyncGenerator<Buffer>): AsyncGenerator<Buffer> {
  const reader = new ByteReader(chunks);
  try {
    for (;;) {
      const frame = await nextFrame(reader);
      if (frame === undefined) return;
      yield* through(frame, zstdDecoder());
    }
  } finally {
    await reader.close();
  }
}

async function* through(
  chunks: AsyncGenerator<Buffer>,
  decoder: Transform,
): AsyncGenerator<Buffer> {
  const fed = pipeline(Readable.from(chunks, { objectMode: false }), decoder);
  fed.catch(() => {}); // The loop below throws the same error.
  yield* decoder as AsyncIterable<Buffer>;
  await fed;
}
