/** Memory for one piece of bytes after another: a new one for each would wait for the next collection, beside all that is alive. */
export class Room {
  #bytes: Buffer;

  constructor(bytes: number) {
    this.#bytes = Buffer.allocUnsafe(bytes);
  }

  /** So many bytes, whatever they were; they are another piece's from the next call on. */
  take(length: number): Buffer {
    if (length > this.#bytes.length) this.#bytes = Buffer.allocUnsafe(length);
    return this.#bytes.subarray(0, length);
  }

  /** A text as UTF-8. */
  encode(text: string): Buffer {
    const piece = this.take(Buffer.byteLength(text));
    piece.write(text);
    return piece;
  }
}
