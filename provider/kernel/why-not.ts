import { conjuncts, evaluate, formatExpression, namesOf, parseExpression } from "./expression.ts";
import type { Definition, KconfigOption } from "./kconfig.ts";

type Final = ReadonlyMap<string, string>;

/** Why an option did not get a value: the conditions of its definitions that do not hold, with what their options are. */
export function whyNot(option: KconfigOption, wanted: string, final: Final): string {
  const { definitions, selectedBy } = option;
  const chosen = definitions.filter(({ prompt }) => prompt !== undefined);
  const unmet = chosen.map((definition) => unmetOf(definition, final));
  const setters = selectedBy.filter((name) => isOn(final.get(name)));
  if (wanted === "n" && setters.length > 0) return `it is selected by ${setters.join(", ")}`;
  const fewest = unmet.sort((a, b) => a.length - b.length)[0] ?? [];
  if (fewest.length > 0) return `it depends on ${fewest.join(" and on ")}`;
  if (chosen.some(({ inChoice }) => inChoice)) return "another of its choice is set";
  const all = chosen.flatMap(({ dependsOn }) => dependsOn);
  const rest = all.length > 0 ? ` (it depends on ${all.join(" && ")})` : "";
  return `the source does not allow that value${rest}`;
}

function unmetOf({ dependsOn, prompt }: Definition, final: Final): string[] {
  const conditions = prompt ? [...dependsOn, prompt] : dependsOn;
  return conditions.flatMap((text) => {
    const expression = parseExpression(text);
    if (!expression) return [];
    return conjuncts(expression)
      .filter((part) => evaluate(part, (name) => final.get(name)) !== 2)
      .map((part) => {
        const names = [...new Set(namesOf(part))];
        const values = names.map((name) => `${name} is ${final.get(name) ?? "n"}`);
        return `${formatExpression(part)} (${values.join(", ")})`;
      });
  });
}

function isOn(value: string | undefined): boolean {
  return value === "y" || value === "m";
}
