import { expect, test } from "vitest";
import { type Figure, judge, median, minus, ratio } from "../../bench/figures.ts";
import { formatTable } from "../../bench/table.ts";

test("a ratio is the median of the rounds' ratios, so that a machine that slows down does not change it", () => {
  expect(ratio([1, 2, 40], [2, 4, 80])).toBe(0.5);
  expect(ratio([1, 2, 9], [2, 4, 3])).toBe(0.5);
  expect(ratio([1], undefined)).toBeUndefined();
  expect(minus([5, 7], [2, 3])).toEqual([3, 4]);
  expect(median([4, 1])).toBe(2.5);
});

test("an aim is judged by what it compares with, and not at all where that was not measured", () => {
  const cold: Figure = {
    ...{ name: "cold", unit: "s", ours: [3, 4, 2] },
    aim: { of: "script", how: "ratio", most: 0.35 },
  };
  expect(judge(cold)).toBeUndefined();
  expect(judge({ ...cold, script: [10, 10, 10] })).toMatchObject({ found: 0.3, isMet: true });
  expect(judge({ ...cold, script: [8, 8, 8] })).toMatchObject({ isMet: false });
  const noChange: Figure = {
    ...{ name: "no change", unit: "s", ours: [2.5], trivial: [2.125] },
    aim: { of: "trivial", how: "difference", most: 0.3 },
  };
  expect(judge(noChange)).toEqual({ text: "≤ trivial + 0.30 s", found: 0.375, isMet: false });
  const memory: Figure = {
    ...{ name: "memory", unit: "bytes", ours: [250e6, 310e6] },
    aim: { of: "itself", how: "value", most: 300e6 },
  };
  expect(judge(memory)).toEqual({ text: "≤ 300.0 MB", found: 310e6, isMet: false });
});

test("the table has a dash for what was not measured", () => {
  const aim = { of: "itself", how: "value", most: 3.5e6 } as const;
  expect(
    formatTable([
      { name: "cold up", unit: "s", ours: [3], save: [6], trivial: [2] },
      { name: "delta", unit: "bytes", ours: [2.5e6], save: [1e9], aim },
    ]),
  ).toEqual([
    "figure     ours  ÷ script  ÷ docker save  ÷ trivial  aim",
    "cold up  3.00 s         –           0.50       1.50",
    "delta    2.5 MB         –         0.0025          –  ≤ 3.5 MB  met",
  ]);
});
