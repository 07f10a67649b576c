/** Samples of one measure; those at the same place of two measures were taken in the same round. */
export type Samples = readonly number[];

/** One line of the result: what was measured, and the same for those it is compared with, where that makes sense. */
export interface Figure {
  readonly name: string;
  readonly unit: "s" | "bytes";
  readonly ours: Samples;
  readonly trivial?: Samples | undefined;
  readonly script?: Samples | undefined;
  readonly save?: Samples | undefined;
  readonly aim?: Aim | undefined;
}

/** What a figure should be at most: a ratio to another, or a difference from it, or a value. */
export interface Aim {
  readonly of: "script" | "trivial" | "itself";
  readonly how: "ratio" | "difference" | "value";
  readonly most: number;
}

/** The middle of samples; the mean of the two in the middle when their count is even. NaN when there are none. */
export function median(samples: Samples): number {
  const sorted = [...samples].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  if (sorted.length % 2 === 1) return sorted[middle] ?? Number.NaN;
  return ((sorted[middle - 1] ?? Number.NaN) + (sorted[middle] ?? Number.NaN)) / 2;
}

/** The median of what two measures give round by round, which a machine that slows down in between does not change. */
export function paired(a: Samples, b: Samples, combine: (a: number, b: number) => number): number {
  return median(a.slice(0, b.length).map((value, i) => combine(value, b[i] ?? Number.NaN)));
}

/** Differences round by round. */
export function minus(a: Samples, b: Samples): number[] {
  return a.slice(0, b.length).map((value, i) => value - (b[i] ?? Number.NaN));
}

/** How many times another measure ours is. */
export function ratio(ours: Samples, other: Samples | undefined): number | undefined {
  return other && paired(ours, other, (a, b) => a / b);
}

/** Says what was aimed at and whether it was reached; undefined without an aim, or without what it compares with. */
export function judge({ ours, script, trivial, aim, unit }: Figure): Verdict | undefined {
  if (!aim) return undefined;
  if (aim.of === "itself")
    return verdict(aim.most, Math.max(...ours), `≤ ${inUnit(aim.most, unit)}`);
  const other = aim.of === "script" ? script : trivial;
  if (!other) return undefined;
  return aim.how === "ratio"
    ? verdict(
        aim.most,
        paired(ours, other, (a, b) => a / b),
        `≤ ${aim.most} × ${aim.of}`,
      )
    : verdict(
        aim.most,
        paired(ours, other, (a, b) => a - b),
        `≤ ${aim.of} + ${inUnit(aim.most, unit)}`,
      );
}

/** Whether an aim was reached. */
export interface Verdict {
  readonly text: string;
  readonly found: number;
  readonly isMet: boolean;
}

function verdict(most: number, found: number, text: string): Verdict {
  return { text, found, isMet: found <= most };
}

/** A number with its unit, as people read it. */
export function inUnit(value: number, unit: Figure["unit"]): string {
  if (unit === "s") return `${value.toFixed(2)} s`;
  return value >= 1e6 ? `${(value / 1e6).toFixed(1)} MB` : `${(value / 1e3).toFixed(1)} kB`;
}
