import { Digests } from "../../tree/digests.ts";

/** Bytes of a source and the blocks that they fill; what remains of the last block is zero. */
export interface DataExtent {
  readonly block: number;
  readonly count: number;
  readonly bytes: number;
  /** Index into the sources of the plan. */
  readonly source: number;
  /** Byte in the source. */
  readonly offset: number;
  /** Position in the content. */
  readonly at: number;
  /** Digest of the whole content. */
  readonly digest: string;
}

/** The digest of an extent's whole content and the position in it: equal keys and lengths mean equal bytes. */
export function keyOf({ digest, at }: Pick<DataExtent, "digest" | "at">): string {
  return `${digest}+${at}`;
}

/** What an extent says in numbers, in the order of a row. */
const columns = ["block", "count", "bytes", "source", "offset", "at"] as const;
const width = columns.length + 1;
const rowsInChunk = 4096;

/** Extents as rows of numbers, each made an object when it is asked for: there is one for nearly each file of a tree. */
export class DataExtents implements Iterable<DataExtent> {
  readonly #chunks: Float64Array[] = [];
  readonly #digests = new Digests();
  #length = 0;

  constructor(extents: Iterable<DataExtent> = []) {
    for (const extent of extents) this.push(extent);
  }

  get length(): number {
    return this.#length;
  }

  push(extent: DataExtent): void {
    const row = this.#length++ % rowsInChunk;
    if (row === 0) this.#chunks.push(new Float64Array(rowsInChunk * width));
    const chunk = this.#chunks.at(-1)!;
    let at = row * width;
    for (const column of columns) chunk[at++] = extent[column];
    chunk[at] = this.#digests.add(extent.digest);
  }

  at(index: number): DataExtent | undefined {
    if (index >= this.#length) return undefined;
    const value = (column: number) => this.#value(index, column);
    return {
      block: value(0),
      count: value(1),
      bytes: value(2),
      source: value(3),
      offset: value(4),
      at: value(5),
      digest: this.#digests.at(value(columns.length)),
    };
  }

  *[Symbol.iterator](): Generator<DataExtent> {
    for (let index = 0; index < this.#length; index++) yield this.at(index)!;
  }

  /** One number of every extent. */
  *values(column: (typeof columns)[number]): Generator<number> {
    const nth = columns.indexOf(column);
    for (let index = 0; index < this.#length; index++) yield this.#value(index, nth);
  }

  /** The extent that begins at a block; all must be {@link byBlock}. */
  startingAt(block: number): DataExtent | undefined {
    let low = 0;
    for (let high = this.#length; low < high; ) {
      const middle = (low + high) >> 1;
      if (this.#value(middle, 0) < block) low = middle + 1;
      else high = middle;
    }
    return low < this.#length && this.#value(low, 0) === block ? this.at(low) : undefined;
  }

  /** All in the order of their blocks. */
  byBlock(): DataExtents {
    const order = this.#sorted((a, b) => this.#value(a, 0) - this.#value(b, 0));
    return order ? new DataExtents(this.#inOrder(order)) : this;
  }

  /** All in the order of their sources and of the bytes in them. */
  inReadingOrder(): Iterable<DataExtent> {
    const order = this.#sorted(
      (a, b) => this.#value(a, 3) - this.#value(b, 3) || this.#value(a, 4) - this.#value(b, 4),
    );
    return order ? this.#inOrder(order) : this;
  }

  *#inOrder(order: Uint32Array): Generator<DataExtent> {
    for (const index of order) yield this.at(index)!;
  }

  /** Undefined where they are in that order already. */
  #sorted(compare: (a: number, b: number) => number): Uint32Array | undefined {
    let isSorted = true;
    for (let index = 1; isSorted && index < this.#length; index++)
      isSorted = compare(index - 1, index) <= 0;
    return isSorted
      ? undefined
      : Uint32Array.from({ length: this.#length }, (_, i) => i).sort(compare);
  }

  #value(index: number, column: number): number {
    return this.#chunks[Math.floor(index / rowsInChunk)]![(index % rowsInChunk) * width + column]!;
  }
}
