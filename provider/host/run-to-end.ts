import { despiteEngineFaults } from "./engine-fault.ts";
import { demandSuccess } from "./failure.ts";
import { readToEnd } from "./process.ts";
import type { Runner, ToolStep } from "./tool.ts";

interface RunOptions {
  readonly signal?: AbortSignal;
  readonly onLine?: (line: string) => void;
}

/** Runs a step of a runner to its end; resolves to what it printed. */
export function runToEnd(
  runner: Pick<Runner, "kind" | "start">,
  step: ToolStep,
  options: RunOptions = {},
): Promise<string> {
  return despiteEngineFaults(() => runOnce(runner, step, options));
}

async function runOnce(
  runner: Pick<Runner, "kind" | "start">,
  step: ToolStep,
  options: RunOptions,
): Promise<string> {
  const running = await runner.start(step, options.signal ? { signal: options.signal } : {});
  const outcome = await readToEnd(running, options.onLine);
  if (options.signal?.aborted) {
    await running.stop();
    throw options.signal.reason;
  }
  demandSuccess(step, outcome, runner.kind);
  return outcome.stdout;
}
