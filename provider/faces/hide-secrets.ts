import type { InputProblem } from "../errors.ts";

/**
 * Problems as Pulumi may be told of them: it shows the value of a property that has one, even where that is a secret, so the name of a secret
 * goes into the text.
 */
export function hideSecrets(
  problems: readonly InputProblem[],
  isSecret: (input: string) => boolean,
): InputProblem[] {
  return problems.map((problem) => {
    const [input = ""] = problem.property.split(/[.[]/);
    return isSecret(input)
      ? { property: "", reason: `${problem.property} ${problem.reason}` }
      : problem;
  });
}
