import { type FileHandle, open } from "node:fs/promises";
import { StoreError } from "../errors.ts";
import { readFully } from "./read-fully.ts";
import type { SourcePath } from "./types.ts";

/** A window grows while reading goes on from where it ends, and is small again after a jump. */
const leastWindow = 256 * 2 ** 10;
const mostWindow = 4 * 2 ** 20;
/** Pieces from this length on are read straight to where they belong. */
const largePiece = 2 ** 20;

/** Reads pieces of the sources of a plan; neighbouring small ones share one read. */
export class SourceReader {
  readonly #sources: readonly string[];
  readonly #sourcePath: SourcePath;
  readonly #files = new Map<number, FileHandle>();
  readonly #buffer = Buffer.allocUnsafe(mostWindow);
  #window = this.#buffer.subarray(0, 0);
  #windowSource = -1;
  #windowStart = 0;
  #windowBytes = leastWindow;

  constructor(sources: readonly string[], sourcePath: SourcePath) {
    this.#sources = sources;
    this.#sourcePath = sourcePath;
  }

  /** Fills `into` with the bytes at an offset of a source. */
  async read(source: number, offset: number, into: Uint8Array): Promise<void> {
    const inside =
      source === this.#windowSource &&
      offset >= this.#windowStart &&
      offset + into.length <= this.#windowStart + this.#window.length;
    if (!inside) {
      if (into.length >= largePiece) return this.#exactly(source, offset, into);
      await this.#move(source, offset, into.length);
    }
    const at = offset - this.#windowStart;
    if (at + into.length > this.#window.length) throw this.#short(source);
    into.set(this.#window.subarray(at, at + into.length));
  }

  async close(): Promise<void> {
    for (const file of this.#files.values()) await file.close();
    this.#files.clear();
  }

  async #move(source: number, offset: number, needed: number): Promise<void> {
    const file = await this.#open(source);
    const gap = offset - this.#windowStart - this.#window.length;
    const readsOn =
      source === this.#windowSource && gap > -this.#window.length && gap < leastWindow;
    this.#windowBytes = readsOn ? Math.min(2 * this.#windowBytes, mostWindow) : leastWindow;
    const length = Math.max(needed, this.#windowBytes);
    const { bytesRead } = await file.read(this.#buffer, 0, length, offset);
    this.#window = this.#buffer.subarray(0, bytesRead);
    this.#windowSource = source;
    this.#windowStart = offset;
  }

  async #exactly(source: number, offset: number, into: Uint8Array): Promise<void> {
    const file = await this.#open(source);
    if (!(await readFully(file, into, offset))) throw this.#short(source);
  }

  async #open(source: number): Promise<FileHandle> {
    const known = this.#files.get(source);
    if (known) return known;
    const file = await open(this.#sourcePath(this.#sources[source]!), "r");
    this.#files.set(source, file);
    return file;
  }

  #short(source: number): StoreError {
    return new StoreError(
      `Layer ${this.#sources[source]} ends before the contents that it should hold`,
    );
  }
}
