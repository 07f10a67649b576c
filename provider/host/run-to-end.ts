import { failedTool, missingTool } from "./failure.ts";
import { readToEnd } from "./process.ts";
import type { Runner, ToolStep } from "./tool.ts";

/** Runs a step of a runner to its end; resolves to what it printed. */
export async function runToEnd(
  runner: Pick<Runner, "kind" | "start">,
  step: ToolStep,
  options: { signal?: AbortSignal; onLine?: (line: string) => void } = {},
): Promise<string> {
  const running = await runner.start(step, options.signal ? { signal: options.signal } : {});
  const outcome = await readToEnd(running, options.onLine);
  if (options.signal?.aborted) {
    await running.stop();
    throw options.signal.reason;
  }
  if (outcome.exitCode === 127) throw missingTool(step, runner.kind);
  if (outcome.exitCode !== 0) throw failedTool(step, outcome);
  return outcome.stdout;
}
