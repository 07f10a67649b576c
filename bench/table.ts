import { type Figure, inUnit, judge, median, ratio } from "./figures.ts";

const heads = ["figure", "ours", "÷ script", "÷ docker save", "÷ trivial", "aim", ""];

/** Figures as lines of a table; what was not measured, or says nothing, is a dash. */
export function formatTable(figures: readonly Figure[]): string[] {
  const rows = [heads, ...figures.map(cellsOf)];
  const widths = heads.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows.map((row) =>
    row
      .map((cell, column) => {
        const width = widths[column] ?? 0;
        return column === 0 || column > 4 ? cell.padEnd(width) : cell.padStart(width);
      })
      .join("  ")
      .trimEnd(),
  );
}

function cellsOf(figure: Figure): string[] {
  const { name, ours, unit, script, save, trivial } = figure;
  const found = judge(figure);
  return [
    name,
    inUnit(median(ours), unit),
    ...[script, save, trivial].map((other) => formatRatio(ratio(ours, other))),
    found?.text ?? "",
    found ? (found.isMet ? "met" : "missed") : "",
  ];
}

function formatRatio(value: number | undefined): string {
  if (value === undefined) return "–";
  return value < 0.01 ? value.toFixed(4) : value.toFixed(2);
}
