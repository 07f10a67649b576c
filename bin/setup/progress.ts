/** What a set-up step cannot do itself, with the way out. */
export class SetupError extends Error {
  readonly hint: string;
  constructor(message: string, hint: string) {
    super(message);
    this.hint = hint;
  }
}

/** Tells what a step is doing, and why. */
export type Say = (line: string) => void;

/** Prints a line for people. */
export function print(line: string): void {
  process.stdout.write(`${line}\n`);
}

/** Elapsed time as it is printed: nothing below a second. */
export function formatElapsed(milliseconds: number): string {
  if (milliseconds < 1000) return "";
  const seconds = milliseconds / 1000;
  return ` (${seconds < 10 ? seconds.toFixed(1) : Math.round(seconds)} s)`;
}

/** An error in the form of the provider's: what and why, then the fix in parentheses. */
export function formatError(error: unknown): string {
  if (error instanceof SetupError) return `${error.message}\n(${error.hint})`;
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}

const heartbeatSeconds = 60;

/**
 * Runs one step of the set-up and prints one line with what came out; work that takes long says so
 * beforehand and is heard of every minute, because a silent CI job is taken for a hung one.
 */
export async function runStep(name: string, work: (say: Say) => Promise<string>): Promise<void> {
  const started = performance.now();
  let doing = "";
  const say = (line: string) => {
    doing = line;
    print(`• ${name}: ${line}`);
  };
  const heartbeat = setInterval(() => {
    if (doing !== "") print(`  ${name}: still at it${formatElapsed(performance.now() - started)}`);
  }, heartbeatSeconds * 1000);
  try {
    const result = await work(say);
    print(`✓ ${name}: ${result}${formatElapsed(performance.now() - started)}`);
  } catch (error) {
    print(`✗ ${name}: failed${formatElapsed(performance.now() - started)}`);
    throw error;
  } finally {
    clearInterval(heartbeat);
  }
}
