/** A column: its heading, and the side its cells keep to. */
export interface Column {
  readonly title: string;
  readonly right?: boolean;
}

/** Rows under headings, each column as wide as its widest cell; without trailing spaces. */
export function formatTable(
  columns: readonly Column[],
  rows: readonly (readonly string[])[],
): string {
  const lines = [columns.map(({ title }) => title), ...rows];
  const widths = columns.map((_, i) =>
    lines.reduce((widest, line) => Math.max(widest, line[i]?.length ?? 0), 0),
  );
  return lines
    .map((line) =>
      columns
        .map(({ right }, i) => {
          const cell = line[i] ?? "";
          return right ? cell.padStart(widths[i]!) : cell.padEnd(widths[i]!);
        })
        .join("  ")
        .trimEnd(),
    )
    .join("\n");
}
