import { once } from "node:events";
import { createInterface } from "node:readline";
import { despiteEngineFaults, isEngineFault } from "./engine-fault.ts";
import { failedTool, missingTool } from "./failure.ts";
import { type Outcome, readToEnd } from "./process.ts";
import type { Runner, RunningTool, ToolboxName, ToolStep } from "./tool.ts";

/** A step of several in one place, which decides where it writes and which toolbox it has. */
export type PlacedStep = Omit<ToolStep, "writes" | "toolbox">;

/** Runs a step to its end; `onLine` gets the lines of its stdout. A failure is an error, unless `mayFail` wants to see it. */
export type RunInPlace = (
  step: PlacedStep,
  options?: { onLine?: (line: string) => void; mayFail?: boolean },
) => Promise<Outcome>;

/**
 * Lets tools run one after another over one folder: in one container where steps have containers. For a folder with so many files that
 * handing it over between steps, which may have another owner each, would take longer than the steps.
 */
export async function inOnePlace<T>(
  runner: Runner,
  place: { readonly writes: string; readonly toolbox: ToolboxName; readonly signal: AbortSignal },
  work: (run: RunInPlace) => Promise<T>,
): Promise<T> {
  const { signal, ...where } = place;
  const main = await despiteEngineFaults(() => openPlace(runner, where, signal));
  try {
    return await work((step, options = {}) => {
      signal.throwIfAborted();
      return despiteEngineFaults(() =>
        runBeside(main, { ...step, ...where }, { ...options, signal, kind: runner.kind }),
      );
    });
  } finally {
    await main.stop();
  }
}

/** Starts what keeps the place open: it says back what it is told, so that an answer shows that the place is there. */
async function openPlace(
  runner: Runner,
  where: Pick<ToolStep, "writes" | "toolbox">,
  signal: AbortSignal,
): Promise<RunningTool> {
  const step = {
    tool: "cat",
    args: [],
    purpose: "to keep the place of the following steps open",
    package: "coreutils",
    ...where,
  };
  const main = await runner.start(step, { signal });
  main.stdin.write("\n");
  const answer = once(main.stdout, "data").then(() => undefined);
  const end = await Promise.race([answer, main.ended]);
  if (end === undefined) return main;
  signal.throwIfAborted();
  throw failedTool(step, await readToEnd(main));
}

async function runBeside(
  main: RunningTool,
  step: ToolStep,
  options: {
    readonly kind: Runner["kind"];
    readonly signal: AbortSignal;
    readonly onLine?: (line: string) => void;
    readonly mayFail?: boolean;
  },
): Promise<Outcome> {
  const { signal, onLine } = options;
  const running = main.beside(step);
  const stop = () => void running.stop();
  signal.addEventListener("abort", stop, { once: true });
  if (onLine) createInterface({ input: running.stdout }).on("line", onLine);
  const outcome = await readToEnd(running);
  signal.removeEventListener("abort", stop);
  signal.throwIfAborted();
  if (outcome.exitCode === 127) throw missingTool(step, options.kind);
  if (outcome.exitCode === cannotBegin && isEngineFault(outcome.stdout))
    throw failedTool(step, { ...outcome, lastLines: [outcome.stdout.trim()] });
  if (outcome.exitCode !== 0 && !options.mayFail) throw failedTool(step, outcome);
  return outcome;
}

/** The exit code of `docker exec` for what it could not begin; why stands where the tool would have written. */
const cannotBegin = 126;
