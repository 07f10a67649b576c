import fc from "fast-check";
import { expect, test } from "vitest";
import {
  joinRanges,
  type Range,
  rangeBytes,
  splitRanges,
  withoutRanges,
} from "../../../provider/plan/ranges.ts";

const size = 200;
const cells = fc.array(fc.boolean(), { minLength: size, maxLength: size });
const asRanges = (set: readonly boolean[]): Range[] =>
  joinRanges(set.flatMap((there, start) => (there ? [{ start, end: start + 1 }] : [])));
const asCells = (ranges: readonly Range[]): boolean[] =>
  Array.from({ length: size }, (_, i) => ranges.some((r) => r.start <= i && i < r.end));

test("joined ranges hold the same bytes and no two of them touch", () => {
  fc.assert(
    fc.property(cells, (set) => {
      const ranges = asRanges(set);
      expect(asCells(ranges)).toEqual(set);
      expect(ranges.every((r, i) => i === 0 || r.start > ranges[i - 1]!.end)).toBe(true);
      expect(rangeBytes(ranges)).toBe(set.filter(Boolean).length);
    }),
  );
});

test("what is left out is exactly what was taken", () => {
  fc.assert(
    fc.property(cells, cells, (wanted, taken) => {
      const left = withoutRanges(asRanges(wanted), asRanges(taken));
      expect(asCells(left)).toEqual(wanted.map((there, i) => there && !taken[i]));
    }),
  );
});

test("pieces are no larger than allowed and lose nothing", () => {
  fc.assert(
    fc.property(cells, fc.integer({ min: 1, max: 50 }), (set, max) => {
      const pieces = splitRanges(asRanges(set), max);
      expect(asCells(pieces)).toEqual(set);
      expect(pieces.every((p) => p.end > p.start && p.end - p.start <= max)).toBe(true);
    }),
  );
});
