import { ContentError } from "../errors.ts";

/** Reads a stream of chunks forwards, a few bytes or a whole chunk at a time, and knows its position. */
export class ByteReader {
  readonly #chunks: AsyncIterator<Buffer>;
  #chunk: Buffer = Buffer.alloc(0);
  #at = 0;
  /** Bytes read so far. */
  offset = 0;

  constructor(chunks: AsyncIterable<Buffer>) {
    this.#chunks = chunks[Symbol.asyncIterator]();
  }

  /** True when nothing is left. */
  async ended(): Promise<boolean> {
    while (this.#at === this.#chunk.length) {
      const next = await this.#chunks.next();
      if (next.done) return true;
      this.#chunk = next.value;
      this.#at = 0;
    }
    return false;
  }

  /** At least one byte and at most `most`, valid until the next call. */
  async some(most: number): Promise<Buffer> {
    if (this.#at === this.#chunk.length && (await this.ended())) {
      throw new ContentError(`truncated at byte ${this.offset}`, {
        hint: "the archive is incomplete: fetch or make it again",
      });
    }
    const end = Math.min(this.#at + most, this.#chunk.length);
    const piece = this.#chunk.subarray(this.#at, end);
    this.offset += end - this.#at;
    this.#at = end;
    return piece;
  }

  /** Exactly `length` bytes, valid until the next call. */
  async exactly(length: number): Promise<Buffer> {
    if (length === 0) return Buffer.alloc(0);
    const first = await this.some(length);
    if (first.length === length) return first;
    const whole = Buffer.allocUnsafe(length);
    // The source may reuse a chunk's memory once the next one is asked for, so each piece is copied first.
    for (let have = first.copy(whole); have < length; ) {
      have += (await this.some(length - have)).copy(whole, have);
    }
    return whole;
  }

  async skip(length: number): Promise<void> {
    for (let left = length; left > 0; ) left -= (await this.some(left)).length;
  }

  /** Tells the source that no more is wanted. */
  async close(): Promise<void> {
    await this.#chunks.return?.();
  }
}
