import type { InputProblem } from "../errors.ts";
import { configLine } from "./config-file.ts";
import type { KconfigOption } from "./kconfig.ts";
import type { OptionValue } from "./kernel-schema.ts";
import { nearNames } from "./near-names.ts";
import { whyNot } from "./why-not.ts";

type Options = ReadonlyMap<string, KconfigOption>;

/** The options as lines of a `.config`, or every reason why the source cannot take one. */
export function optionLines(
  wanted: readonly OptionValue[],
  known: Options,
): { lines: Map<string, string>; problems: InputProblem[] } {
  const lines = new Map<string, string>();
  const problems: InputProblem[] = [];
  for (const { name, value } of wanted) {
    const found = known.get(name);
    const reason = found ? wrongValue(found, value) : unknownName(name, known);
    if (reason) problems.push({ property: "options", reason });
    else lines.set(name, configLine(name, value, found?.type === "string"));
  }
  return { lines, problems };
}

/** Every option that is not in the final configuration as it was asked for, with what it got and what it depends on. */
export function lostOptions(
  wanted: readonly OptionValue[],
  known: Options,
  final: ReadonlyMap<string, string>,
): InputProblem[] {
  return wanted.flatMap(({ name, value }) => {
    const found = known.get(name);
    const got = final.get(name) ?? (isSwitch(found) ? "n" : undefined);
    if (!found || (got !== undefined && sameValue(found, value, got))) return [];
    const became = got === undefined ? "is not set" : `became ${got}`;
    const reason = `${name}=${value} ${became}: ${whyNot(found, value, final)}`;
    return [{ property: "options", reason }];
  });
}

/** Options that a configuration file sets and the final configuration does not have, sorted. */
export function droppedNames(
  given: ReadonlyMap<string, string>,
  final: ReadonlyMap<string, string>,
): string[] {
  const dropped = [...given].filter(([name, value]) => value !== "n" && final.get(name) !== value);
  return dropped.map(([name]) => name).sort();
}

/** Options whose result is another one at each build. */
export function unreproducible(final: ReadonlyMap<string, string>): InputProblem[] {
  const reasons: Readonly<Record<string, string>> = {
    MODULE_SIG: "signs with a key that each build makes anew",
    RANDSTRUCT_FULL: "orders structures by chance",
    RANDSTRUCT_PERFORMANCE: "orders structures by chance",
  };
  return Object.entries(reasons).flatMap(([name, reason]) =>
    final.get(name) === "y"
      ? [{ property: "options", reason: `${name}=y ${reason}: set it to n` }]
      : [],
  );
}

function unknownName(name: string, known: Options): string {
  const near = nearNames(name, known.keys());
  const fix = near.length > 0 ? `did you mean ${near.join(" or ")}?` : "see its Kconfig files";
  return `the source has no option ${name} (${fix})`;
}

function wrongValue({ name, type, definitions, selectedBy }: KconfigOption, value: string) {
  if (type === "tristate" && value === "m")
    return `${name}=m makes a module, and this kernel is one file without modules: give y or n`;
  const [valid, wanted] = domains[type ?? "string"];
  if (!valid.test(value)) return `${name} takes ${wanted}, not "${value}"`;
  if (definitions.every(({ prompt }) => prompt === undefined)) {
    const setters = selectedBy.slice(0, 5).join(", ");
    const by = setters ? `it is set by ${setters}` : "it has only defaults";
    return `${name} cannot be chosen (${by})`;
  }
  return undefined;
}

const domains = {
  bool: [/^[yn]$/, "y or n"],
  tristate: [/^[ymn]$/, "y or n"],
  int: [/^-?\d+$/, "a whole number"],
  hex: [/^0x[0-9a-fA-F]+$/, "a hexadecimal number such as 0x10"],
  string: [/^[^\n\r\0]*$/, "one line of text"],
} as const;

function isSwitch(option: KconfigOption | undefined): boolean {
  return option?.type === "bool" || option?.type === "tristate";
}

function sameValue({ type }: KconfigOption, wanted: string, got: string): boolean {
  return type === "int" || type === "hex" ? Number(wanted) === Number(got) : wanted === got;
}
