/** Reads a file of the source by its path there; undefined where there is none. */
export type ReadSource = (path: string) => Promise<string | undefined>;

/** A statement of Kconfig: its first word and the rest. */
export interface Statement {
  readonly word: string;
  readonly rest: string;
}

const deepest = 40;

/** The statements of a file and of what it includes, in order, without comments and help texts. */
export async function readStatements(
  path: string,
  read: ReadSource,
  variables: Readonly<Record<string, string>>,
  depth = 0,
): Promise<Statement[]> {
  const text = depth > deepest ? undefined : await read(path);
  const found: Statement[] = [];
  const expand = (rest: string) =>
    rest.replace(/\$\((\w+)\)/g, (macro, name: string) => variables[name] ?? macro);
  for (const { word, rest } of statementsOf(text ?? ""))
    if (!/^[or]*source$/.test(word)) found.push({ word, rest: expand(rest) });
    else {
      const file = expand(rest).replace(/^"|"$/g, "");
      for (const inner of await readStatements(file, read, variables, depth + 1)) found.push(inner);
    }
  return found;
}

function statementsOf(text: string): Statement[] {
  const lines = text.replaceAll(/\s*\\\n\s*/g, " ").split("\n");
  const found: Statement[] = [];
  for (let at = 0; at < lines.length; at++) {
    const line = withoutComment(lines[at] ?? "").trim();
    const match = /^(?:---)?(\w+)(?:---)?\s*(.*)$/.exec(line);
    // A macro that the file defines for itself.
    if (!match || /^[\w-]+\s*[:+]?=/.test(line)) continue;
    const [, word = "", rest = ""] = match;
    if (word === "help") at = endOfHelp(lines, at + 1) - 1;
    else found.push({ word, rest });
  }
  return found;
}

/** A help text goes on as long as it is indented like its first line. */
function endOfHelp(lines: readonly string[], from: number): number {
  let at = from;
  while (at < lines.length && lines[at]?.trim() === "") at++;
  const indent = indentOf(lines[at] ?? "");
  if (indent === 0) return at;
  while (at < lines.length && (lines[at]?.trim() === "" || indentOf(lines[at] ?? "") >= indent))
    at++;
  return at;
}

function indentOf(line: string): number {
  let columns = 0;
  for (const character of line) {
    if (character === "\t") columns = (Math.floor(columns / 8) + 1) * 8;
    else if (character === " ") columns++;
    else break;
  }
  return columns;
}

function withoutComment(line: string): string {
  const match = /^((?:[^"'#]|"(?:[^"\\]|\\.)*"|'[^']*')*)#/.exec(line);
  return match ? (match[1] ?? "") : line;
}
