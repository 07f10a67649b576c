import { MissingToolError, ToolError } from "../errors.ts";
import type { Outcome } from "./process.ts";
import type { ToolStep } from "./tool.ts";

/** A command as a POSIX shell would read it back. */
export function quoteCommand(words: readonly string[]): string {
  return words
    .map((word) => (/^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`))
    .join(" ");
}

/** The error for a tool that is not there. */
export function missingTool(step: ToolStep, where: "container" | "host"): MissingToolError {
  const hint =
    where === "host"
      ? `apt-get install ${step.package}`
      : `add the package ${step.package} to the toolbox's Dockerfile`;
  const place = where === "host" ? "on PATH" : "in the toolbox";
  return new MissingToolError(`${step.tool} is needed ${step.purpose} but was not found ${place}`, {
    hint,
  });
}

/** Ends with why a tool was not run or failed; a shell's 127 is a tool that is not there. */
export function demandSuccess(
  step: ToolStep,
  outcome: Omit<Outcome, "stdout">,
  where: "container" | "host",
): void {
  if (outcome.exitCode === 127) throw missingTool(step, where);
  if (outcome.exitCode !== 0) throw failedTool(step, outcome, where);
}

/** The error for a tool that ran and failed: its command and its last lines, once. Tools of the host may be of any version. */
export function failedTool(
  step: ToolStep,
  outcome: Omit<Outcome, "stdout">,
  where: "container" | "host" = "container",
): ToolError {
  const end = outcome.exitCode === undefined ? "a signal" : `exit code ${outcome.exitCode}`;
  return new ToolError(
    [
      `${step.tool} failed with ${end}: ${quoteCommand([step.tool, ...step.args])}`,
      `(it was run ${step.purpose})`,
      ...outcome.lastLines,
    ].join("\n"),
    where === "host"
      ? {
          hint: `where this machine's ${step.tool} is the reason: apt-get install ${step.package}, or leave BOOTWRIGHT_RUNNER unset to use the toolbox's`,
        }
      : {},
  );
}
