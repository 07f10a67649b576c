import { createHash, type Hash, hash } from "node:crypto";
import { open } from "node:fs/promises";
import { setImmediate } from "node:timers/promises";
import { ContentError } from "../errors.ts";
import { DataRanges, PAGE, segmentsOf } from "./data-ranges.ts";
import { fileChunks } from "./file-chunks.ts";
import { IndexPacker, PackedIndex } from "./index-rows.ts";
import { shownName } from "./shown-name.ts";
import type { TarMember } from "./tar-member.ts";
import { readTar } from "./tar-reader.ts";
import type { Entry } from "./types.ts";

export interface IndexOptions {
  readonly signal?: AbortSignal;
  /** Called with the bytes read so far and the bytes of the tar. */
  readonly progress?: (done: number, total: number) => void;
  /** Digest (`sha256:…`) that the whole tar must have; not computed when left out. */
  readonly digest?: string;
}

/** Most bytes of holes in sparse members of one layer, which are hashed as zeros: 256 GiB. */
const MAX_HOLES = 256 * 2 ** 30;
const ZEROS = Buffer.alloc(1 << 20);

/** Reads a layer tar once, forwards: every header, the sha256 of every content and where its pages of zeros are. */
export async function indexLayer(file: string, options: IndexOptions = {}): Promise<PackedIndex> {
  const pieces: Buffer[] = [];
  for await (const piece of indexPieces(file, options)) pieces.push(piece);
  return new PackedIndex(pieces);
}

/** The pieces of a {@link PackedIndex} as they are made; an error at the end where the tar has another digest. */
export async function* indexPieces(
  file: string,
  options: IndexOptions = {},
): AsyncGenerator<Buffer> {
  const { signal, progress, digest } = options;
  const handle = await open(file);
  try {
    const total = (await handle.stat()).size;
    const whole = digest === undefined ? undefined : createHash("sha256");
    let done = 0;
    async function* counted() {
      for await (const chunk of fileChunks(handle, signal)) {
        whole?.update(chunk);
        done += chunk.length;
        progress?.(done, total);
        yield chunk;
      }
    }
    yield* packedMembers(counted(), whole !== undefined, signal);
    const found = `sha256:${whole?.digest("hex")}`;
    if (digest !== undefined && found !== digest) {
      throw new ContentError(`the layer's bytes have the digest ${found}, not ${digest}`);
    }
  } catch (error) {
    if (!(error instanceof ContentError)) throw error;
    throw new ContentError(`cannot read the layer ${file}: ${error.message}`, { cause: error });
  } finally {
    await handle.close();
  }
}

async function* packedMembers(
  chunks: AsyncGenerator<Buffer>,
  toTheEnd: boolean,
  signal: AbortSignal | undefined,
): AsyncGenerator<Buffer> {
  const packer = new IndexPacker();
  let holes = 0;
  // Closing the archive must not end the chunks when the rest is still to be hashed.
  const source = toTheEnd
    ? { [Symbol.asyncIterator]: () => ({ next: () => chunks.next() }) }
    : chunks;
  for await (const member of readTar(source)) {
    const { regions, body: _, ...header } = member;
    const isEmpty = member.type !== "file" || member.size === 0;
    if (!isEmpty) holes += regions.reduce((left, [, , length]) => left - length, member.size);
    if (holes > MAX_HOLES) {
      throw new ContentError(
        `${shownName(member.path)}: more than ${MAX_HOLES} bytes of holes in one layer`,
      );
    }
    const content = isEmpty ? {} : await readContent(member, signal);
    const piece = packer.add({ ...header, ...content });
    if (piece) yield piece;
  }
  if (toTheEnd) while (!(await chunks.next()).done);
  const last = packer.finish();
  if (last) yield last;
}

async function readContent(
  member: TarMember,
  signal: AbortSignal | undefined,
): Promise<Required<Pick<Entry, "digest" | "segments">>> {
  const { regions, size, path } = member;
  if (regions.some(([at, , length]) => at % PAGE || ((at + length) % PAGE && at + length < size))) {
    throw new ContentError(
      `${shownName(path)}: its sparse map does not keep to pages of ${PAGE} bytes`,
      {
        hint: "make the archive with tar --hole-detection=seek, or without --sparse",
      },
    );
  }
  const data = new DataRanges();
  // Boot loaders read holes badly.
  const solid = path.startsWith("boot/");
  const body = member.body();
  let rest: Buffer = Buffer.alloc(0);
  if (regions.length === 1 && regions[0]?.[2] === size) {
    rest = (await body.next()).value as Buffer;
    // Most files arrive whole: hashed at once, without an object whose memory waits for the next collection.
    if (rest.length === size) {
      const digest = `sha256:${hash("sha256", rest)}`;
      if (solid) return { digest, segments: regions };
      data.push(rest, 0);
      data.end();
      return { digest, segments: segmentsOf(regions, data.found) };
    }
  }
  const whole = createHash("sha256");
  let end = 0;
  for (const [at, , length] of regions) {
    await hashZeros(whole, at - end, signal);
    end = at + length;
    for (let position = at; position < end; ) {
      if (rest.length === 0) rest = (await body.next()).value as Buffer;
      const piece = rest.subarray(0, end - position);
      rest = rest.subarray(piece.length);
      whole.update(piece);
      if (!solid) data.push(piece, position);
      position += piece.length;
    }
  }
  await hashZeros(whole, size - end, signal);
  data.end();
  const segments = solid ? regions : segmentsOf(regions, data.found);
  return { digest: `sha256:${whole.digest("hex")}`, segments };
}

async function hashZeros(into: Hash, length: number, signal?: AbortSignal): Promise<void> {
  for (let left = length; left > 0; left -= ZEROS.length) {
    into.update(left < ZEROS.length ? ZEROS.subarray(0, left) : ZEROS);
    // Let other work through now and then: every 64 MiB.
    if (left % (1 << 26) < ZEROS.length && left > ZEROS.length) {
      await setImmediate();
      signal?.throwIfAborted();
    }
  }
}
