import { type ReadSource, readStatements, type Statement } from "./kconfig-files.ts";

/** What an option takes. */
export type OptionType = "bool" | "tristate" | "string" | "int" | "hex";

/** One place where an option is defined. */
export interface Definition {
  /** Conditions, all of which must hold: its own, and those of what stands around it. */
  readonly dependsOn: readonly string[];
  /** The condition under which a user may set it, empty for always; undefined where it has no prompt. */
  readonly prompt: string | undefined;
  /** Whether it is one of several, of which one is chosen. */
  readonly inChoice: boolean;
}

/** An option of a kernel, over all places where it is defined. */
export interface KconfigOption {
  readonly name: string;
  readonly type: OptionType | undefined;
  readonly definitions: readonly Definition[];
  /** Options that set it, whatever a user says. */
  readonly selectedBy: readonly string[];
}

interface Draft {
  type: OptionType | undefined;
  readonly definitions: (Definition & { prompt: string | undefined; dependsOn: string[] })[];
  readonly selectedBy: string[];
}

/**
 * Every option that a kernel's source has for an architecture, with what it depends on: enough of the language to say why one did not survive
 * (Documentation/kbuild/kconfig-language.rst). What decides is always the source's own `conf`.
 */
export async function readKconfig(
  read: ReadSource,
  variables: Readonly<Record<string, string>>,
): Promise<Map<string, KconfigOption>> {
  return optionsOf(await readStatements("Kconfig", read, variables));
}

/** The options that statements define. */
export function optionsOf(statements: readonly Statement[]): Map<string, KconfigOption> {
  const drafts = new Map<string, Draft>();
  const blocks: { readonly kind: string; readonly dependsOn: string[] }[] = [];
  const draftOf = (name: string): Draft => {
    const draft = drafts.get(name) ?? { type: undefined, definitions: [], selectedBy: [] };
    drafts.set(name, draft);
    return draft;
  };
  /** Where "depends on" goes: to the last option, or to the menu that was just opened. */
  let dependsOn: string[] = [];
  let name: string | undefined;

  for (const { word, rest } of statements) {
    switch (word) {
      case "config":
      case "menuconfig":
        name = rest;
        dependsOn = blocks.flatMap((block) => block.dependsOn);
        draftOf(name).definitions.push({
          dependsOn,
          prompt: undefined,
          inChoice: blocks.at(-1)?.kind === "choice",
        });
        break;
      case "if":
      case "menu":
      case "choice":
        name = undefined;
        dependsOn = word === "if" ? [rest] : [];
        blocks.push({ kind: word, dependsOn });
        break;
      case "endif":
      case "endmenu":
      case "endchoice":
        blocks.pop();
        name = undefined;
        dependsOn = [];
        break;
      case "comment":
        name = undefined;
        dependsOn = [];
        break;
      case "depends":
        dependsOn.push(rest.replace(/^on\s+/, ""));
        break;
      case "select":
        if (name !== undefined) draftOf(rest.split(/\s/)[0] ?? "").selectedBy.push(name);
        break;
      default:
        if (name !== undefined) describe(draftOf(name), word, rest);
    }
  }
  // What is only selected is defined nowhere for this architecture.
  const defined = [...drafts].filter(([, { definitions }]) => definitions.length > 0);
  return new Map(defined.map(([key, draft]) => [key, { name: key, ...draft }]));
}

function describe(draft: Draft, word: string, rest: string): void {
  const type = /^(?:def_)?(bool|boolean|tristate|string|int|hex)$/.exec(word)?.[1];
  if (type) draft.type = (type === "boolean" ? "bool" : type) as OptionType;
  const isPrompt = word === "prompt" || (type !== undefined && !word.startsWith("def_"));
  const text = /^(?:"(?:[^"\\]|\\.)*"|'[^']*')\s*(?:if\s+(.*))?$/.exec(rest);
  const definition = draft.definitions.at(-1);
  if (isPrompt && text && definition) definition.prompt = text[1] ?? "";
}
