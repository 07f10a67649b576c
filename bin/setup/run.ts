import { ExecaError, execa, type Options } from "execa";
import { SetupError } from "./progress.ts";

/** The end of a command's output that an error shows. */
export function lastLines(text: string, count = 20): string {
  return text.trimEnd().split("\n").slice(-count).join("\n");
}

/** Runs a command to its end and returns its output; a failure is a SetupError with its last lines. */
export async function run(
  command: readonly [string, ...string[]],
  options: Options & { readonly hint?: string } = {},
): Promise<string> {
  const [file, ...args] = command;
  const { hint, ...rest } = options;
  try {
    const result = await execa(file, args, { stdin: "ignore", ...rest, all: true });
    return String(result.stdout ?? "");
  } catch (error) {
    if (!(error instanceof ExecaError)) throw error;
    const output = lastLines(String(error.all ?? ""));
    throw new SetupError(
      output === "" ? error.shortMessage : `${error.shortMessage}\n${output}`,
      hint ?? "run it by hand to see more",
    );
  }
}

/** Runs a command that may fail, quickly: its trimmed standard output, or undefined. */
export async function tryRun(
  command: readonly [string, ...string[]],
  options: Options = {},
): Promise<string | undefined> {
  const [file, ...args] = command;
  const result = await execa(file, args, {
    stdin: "ignore",
    timeout: 60_000,
    ...options,
    reject: false,
  });
  return result.failed ? undefined : String(result.stdout ?? "").trim();
}
