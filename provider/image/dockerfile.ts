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

/** A Dockerfile's instructions in their order (docs.docker.com/reference/dockerfile). */
export function dockerfileInstructions(dockerfile: string): Instruction[] {
  const found: Instruction[] = [];
  const continuation = /^#\s*escape\s*=\s*`/im.test(dockerfile) ? "`" : "\\";
  let text = "";
  let first = 0;
  const ends: string[] = [];
  for (const [i, raw] of dockerfile.split(/\r?\n/).entries()) {
    const [end] = ends;
    if (end !== undefined) {
      if (raw.replace(/^\t+/, "") === end) ends.shift();
      continue;
    }
    if (/^\s*#/.test(raw) || (raw.trim() === "" && text !== "")) continue;
    if (text === "") first = i + 1;
    const part = raw.trimEnd();
    if (part.endsWith(continuation)) {
      text += `${part.slice(0, -1)} `;
      continue;
    }
    text = (text + part).trim();
    if (/^(RUN|COPY|ADD)\s/i.test(text))
      for (const [, , word] of text.matchAll(/<<-?(["']?)(\w+)\1/g)) if (word) ends.push(word);
    if (text !== "")
      found.push({ line: first, keyword: /^\w*/.exec(text)![0].toUpperCase(), text });
    text = "";
  }
  return found;
}

/** A text with `$NAME` and `${NAME}` replaced where the value is known. */
export function filledIn(text: string, values: ReadonlyMap<string, string>): string {
  return text.replace(
    /\$(?:(\w+)|\{(\w+)\})/g,
    (whole, plain, braced) => values.get(plain ?? braced) ?? whole,
  );
}

/** The ARG that an instruction declares, with its value: the one that is given, else its default. */
export function argOf(
  text: string,
  buildArgs: Readonly<Record<string, string>>,
): [name: string, value: string] | undefined {
  const [, name, preset] = /^ARG\s+(\w+)(?:=["']?([^"'\s]*))?/i.exec(text) ?? [];
  const value = name && (buildArgs[name] ?? preset);
  return name && value !== undefined ? [name, value] : undefined;
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
    const arg = stages.length === 0 ? argOf(text, buildArgs) : undefined;
    if (arg) globals.set(...arg);
    stages.at(-1)?.instructions.push(instruction);
  }
  return stages;
}
