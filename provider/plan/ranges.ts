/** Bytes from `start` up to, not including, `end`. */
export interface Range {
  readonly start: number;
  readonly end: number;
}

/** Joins ranges that touch; they must ascend and not overlap. */
export function joinRanges(ranges: Iterable<Range>): Range[] {
  const joined: Range[] = [];
  for (const { start, end } of ranges) {
    const last = joined.at(-1);
    if (last?.end === start) joined[joined.length - 1] = { start: last.start, end };
    else joined.push({ start, end });
  }
  return joined;
}

/** What of the first is in none of the second; both ascend and do not overlap. */
export function withoutRanges(ranges: readonly Range[], taken: readonly Range[]): Range[] {
  const left: Range[] = [];
  let next = 0;
  for (const { start, end } of ranges) {
    let at = start;
    while (next < taken.length && taken[next]!.end <= at) next++;
    for (let i = next; i < taken.length && taken[i]!.start < end; i++) {
      if (taken[i]!.start > at) left.push({ start: at, end: taken[i]!.start });
      at = Math.max(at, taken[i]!.end);
    }
    if (at < end) left.push({ start: at, end });
  }
  return left;
}

/** Cuts ranges into pieces of at most `maxBytes`. */
export function splitRanges(ranges: readonly Range[], maxBytes: number): Range[] {
  return ranges.flatMap(({ start, end }) =>
    Array.from({ length: Math.ceil((end - start) / maxBytes) }, (_, i) => ({
      start: start + i * maxBytes,
      end: Math.min(end, start + (i + 1) * maxBytes),
    })),
  );
}

/** How many bytes ranges hold. */
export function rangeBytes(ranges: readonly Range[]): number {
  return ranges.reduce((total, { start, end }) => total + end - start, 0);
}
