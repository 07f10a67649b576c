/** An instruction of a Dockerfile, on one line, without comments and without its here-documents. */
export interface Instruction {
  /** Number of its first line, from 1. */
  readonly line: number;
  /** In capitals, such as `RUN`. */
  readonly keyword: string;
  readonly text: string;
}

/** A stage of a Dockerfile: what it starts from and what it does. */
export interface DockerfileStage {
  /** Name after AS, else its number from 0. */
  readonly name: string;
  /** Number of the line of its FROM. */
  readonly line: number;
  /** An image, or the name or number of another stage; global ARGs are filled in. */
  readonly from: string;
  readonly instructions: readonly Instruction[];
}

/** A Dockerfile's instructions in their order, as BuildKit reads them (docs.docker.com/reference/dockerfile). */
export function dockerfileInstructions(dockerfile: string): Instruction[] {
  const found: Instruction[] = [];
  const lines = dockerfile.replace(/^\ufeff/, "").split(/\r?\n/);
  // A doubled escape character is a plain one.
  const continued = escapesWithBackquote(lines) ? /(?:^|[^`])`[ \t]*$/ : /(?:^|[^\\])\\[ \t]*$/;
  let text = "";
  let first = 0;
  let ends: HereDocument[] = [];
  const finish = () => {
    const whole = text.trim();
    text = "";
    if (whole === "") return;
    if (/^(ONBUILD\s+)?(RUN|COPY|ADD)\s/i.test(whole)) ends = hereDocuments(whole);
    found.push(instructionAt(first, whole));
  };
  for (const [i, raw] of lines.entries()) {
    const [end] = ends;
    if (end) {
      if ((end.stripsTabs ? raw.replace(/^\t+/, "") : raw) === end.name) ends.shift();
      continue;
    }
    if (/^\s*(#|$)/.test(raw)) continue;
    if (text === "") first = i + 1;
    const goesOn = continued.test(raw);
    text += goesOn ? raw.trimEnd().slice(0, -1) : raw;
    if (!goesOn) finish();
  }
  // What was to go on ends with the file.
  finish();
  return found;
}

/** The instruction that a text is, at a line. */
export function instructionAt(line: number, text: string): Instruction {
  return { line, keyword: /^\w*/.exec(text)![0].toUpperCase(), text };
}

/** Parser directives are the first lines; whatever else comes ends them. */
function escapesWithBackquote(lines: readonly string[]): boolean {
  for (const line of lines) {
    const [, name, value] = /^\s*#\s*(syntax|escape|check)\s*=\s*(.+?)\s*$/i.exec(line) ?? [];
    if (name === undefined) return false;
    if (name.toLowerCase() === "escape") return value === "`";
  }
  return false;
}

interface HereDocument {
  readonly name: string;
  readonly stripsTabs: boolean;
}

const word = /(?:[^\s'"\\]|\\(?:[\s\S]|$)|'[^']*'|"(?:\\[\s\S]|[^"\\])*")+/g;

/** The here-documents that follow an instruction: words of their own, as `<<EOF` is one, and `cat<<EOF` or `$((1<<3))` none. */
function hereDocuments(text: string): HereDocument[] {
  // With a quote that does not end, BuildKit sees no words at all.
  if (text.replace(word, "").trim() !== "") return [];
  return [...text.matchAll(word)].flatMap(([whole]) => {
    const [, dash, name] = /^\d*<<(-?)([^<]+)$/.exec(whole) ?? [];
    return name ? [{ name: withoutQuotes(name), stripsTabs: dash === "-" }] : [];
  });
}

function withoutQuotes(text: string): string {
  return text.replace(/'([^']*)'|"([^"]*)"/g, "$1$2");
}

/** A text with `$NAME`, `${NAME}`, `${NAME:-default}` and `${NAME:+other}` replaced where the value is known. */
export function filledIn(text: string, values: ReadonlyMap<string, string>): string {
  return text.replace(
    /\$(?:(\w+)|\{(\w+)(?::?([-+])([^{}$]*))?\})/g,
    (whole, plain, braced, sign, other) => {
      const name: string = plain ?? braced;
      const value = values.get(name);
      if (sign === "+") return value ? other : "";
      // What the builder itself sets is its business.
      if (sign === "-" && !/^(BUILD|TARGET)/.test(name)) return value || other;
      return value ?? whole;
    },
  );
}

/** The ARGs that an instruction declares, added to those before: each with the value that is given, else with its default. */
export function addArgs(
  values: Map<string, string>,
  text: string,
  buildArgs: Readonly<Record<string, string>>,
): void {
  if (!/^ARG\s/i.test(text)) return;
  for (const [declared] of text.slice(3).matchAll(word)) {
    const [, name, preset] = /^(\w+)(?:=([\s\S]*))?$/.exec(declared) ?? [];
    if (name === undefined) continue;
    const value = buildArgs[name] ?? (preset && filledIn(withoutQuotes(preset), values));
    if (value !== undefined) values.set(name, value);
  }
}

/** The stages of a Dockerfile in their order. */
export function dockerfileStages(
  dockerfile: string,
  buildArgs: Readonly<Record<string, string>> = {},
): DockerfileStage[] {
  const globals = new Map<string, string>();
  const stages: (DockerfileStage & { instructions: Instruction[] })[] = [];
  for (const instruction of dockerfileInstructions(dockerfile)) {
    const { text, line, keyword } = instruction;
    if (keyword === "FROM") {
      const [, from = "", name] = /^FROM\s+(?:--\S+\s+)*(\S+)(?:\s+AS\s+(\S+))?/i.exec(text) ?? [];
      stages.push({
        ...{ name: name ?? String(stages.length), line },
        ...{ from: filledIn(from, globals), instructions: [] },
      });
      continue;
    }
    if (stages.length === 0) addArgs(globals, text, buildArgs);
    stages.at(-1)?.instructions.push(instruction);
  }
  return stages;
}
