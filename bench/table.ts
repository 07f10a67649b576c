import { type Figure, inUnit, judge, median, ratio } from "./figures.ts";

const heads = ["figure", "ours", "÷ script", "÷ docker save", "÷ trivial", "aim", ""];

/** Figures as lines of a table; what was not measured, or says nothing, is a dash. */
export function formatTable(figures: readonly Figure[]): string[] {
  return formatRows([heads, ...figures.map(cellsOf)], 5);
}

/** Rows of cells in columns: the first to the left, and those from `numbersEnd` on; what is between them are numbers, to the right. */
export function formatRows(rows: readonly (readonly string[])[], numbersEnd: number): string[] {
  const count = Math.max(...rows.map((row) => row.length));
  const widths = Array.from({ length: count }, (_, column) =>
    Math.max(...rows.map((row) => row[column]?.length ?? 0)),
  );
  return rows.map((row) =>
    row
      .map((cell, column) => {
        const width = widths[column] ?? 0;
        return column === 0 || column >= numbersEnd ? cell.padEnd(width) : cell.padStart(width);
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
