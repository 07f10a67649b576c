import { release } from "node:os";
import { toolEnvironment } from "./environment.ts";
import { readToEnd, startProcess } from "./process.ts";
import { runToEnd } from "./run-to-end.ts";
import { forgetProcess, rememberProcess } from "./started.ts";
import type { Runner, RunningTool, ToolStep } from "./tool.ts";

/** Runs the same steps with the tools of this machine. */
export function hostRunner(storeRoot: string): Runner {
  const start: Runner["start"] = async (step, { signal } = {}) => {
    signal?.throwIfAborted();
    const running = startOnHost(step);
    const stop = () => running.stop();
    signal?.addEventListener("abort", stop, { once: true });
    void running.ended.then(() => signal?.removeEventListener("abort", stop));
    const note = await rememberProcess(storeRoot, running.pid).catch(async (error: unknown) => {
      await running.stop();
      throw error;
    });
    const ended = running.ended.then(async (end) => {
      await forgetProcess(note);
      return end;
    });
    return { ...running, ended };
  };
  const runner: Runner = {
    kind: "host",
    start,
    run: (step, options) => runToEnd(runner, step, options),
    identity: hostIdentity,
  };
  return runner;
}

function startOnHost(step: ToolStep): RunningTool & { readonly pid: number | undefined } {
  const running = startProcess(step.tool, step.args, {
    env: { ...toolEnvironment, PATH: `${process.env.PATH ?? ""}:/usr/sbin:/sbin` },
    ...(step.writes === undefined ? {} : { cwd: step.writes }),
  });
  return {
    ...running,
    beside: startOnHost,
    stop: async () => {
      running.kill();
      await running.ended;
    },
  };
}

/** The versions of the packages by dpkg; where there is no dpkg, the system's own version stands for them. */
async function hostIdentity(packages: readonly string[]): Promise<string> {
  const names = [...new Set(packages)].sort();
  const query = startProcess("dpkg-query", ["--show", ...names]);
  const { exitCode, stdout } = await readToEnd(query);
  if (exitCode === 127) return `host ${process.platform} ${release()}: ${names.join(", ")}`;
  const found = new Map(
    stdout.split("\n").map((line) => line.split(/(?::\w+)?\t/) as [string, string]),
  );
  return `host: ${names.map((name) => `${name} ${found.get(name) ?? "none"}`).join(", ")}`;
}
