import type { Entry } from "./types.ts";

/** Unit of holes and of file data on disk, in bytes. */
export const PAGE = 4096;

const ZEROS = Buffer.alloc(PAGE);

/** Finds which 4 KiB pages of a file hold anything but zeros, from its bytes in order. */
export class DataRanges {
  /** `[start, end)` in bytes, ascending; every start is a multiple of {@link PAGE}. */
  readonly found: [start: number, end: number][] = [];
  #position = 0;
  #zero = true;

  /** Takes the bytes at `position`, which is where the last ones ended, or the start of a later page. */
  push(piece: Buffer, position: number): void {
    if (position !== this.#position) this.end();
    this.#position = position;
    for (let at = 0; at < piece.length; ) {
      const take = Math.min(PAGE - (this.#position % PAGE), piece.length - at);
      // Most pages show in their first byte that they are not empty.
      if (this.#zero && (piece[at] !== 0 || piece.compare(ZEROS, 0, take, at, at + take) !== 0)) {
        this.#zero = false;
      }
      at += take;
      this.#position += take;
      if (this.#position % PAGE === 0) this.#closePage(this.#position - PAGE);
    }
  }

  /** Closes a last page that is not full. */
  end(): void {
    const rest = this.#position % PAGE;
    if (rest !== 0) this.#closePage(this.#position - rest);
  }

  #closePage(start: number): void {
    const last = this.found.at(-1);
    if (!this.#zero && last?.[1] === start) last[1] = this.#position;
    else if (!this.#zero) this.found.push([start, this.#position]);
    this.#zero = true;
  }
}

/** The parts of stored regions that ranges of a file cover */
export function segmentsOf(
  regions: NonNullable<Entry["segments"]>,
  ranges: readonly (readonly [start: number, end: number])[],
): NonNullable<Entry["segments"]> {
  const segments: [number, number, number][] = [];
  let r = 0;
  for (const [start, end] of ranges) {
    while (r < regions.length && regions[r]![0] + regions[r]![2] <= start) r++;
    for (let i = r; i < regions.length && regions[i]![0] < end; i++) {
      const [at, offset, length] = regions[i]!;
      const from = Math.max(at, start);
      const to = Math.min(at + length, end);
      segments.push([from, offset + from - at, to - from]);
    }
  }
  return segments;
}
