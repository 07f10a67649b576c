import { createWriteStream } from "node:fs";
import { createInterface } from "node:readline";
import { finished } from "node:stream/promises";
import { setTimeout as delay } from "node:timers/promises";
import { BootError } from "../errors.ts";
import { type Expectations, serialInWords } from "../plan/boot-expectations.ts";
import { failedTool, missingTool } from "./failure.ts";
import { type PortCheck, portChecks } from "./port-checks.ts";
import { forwardPorts } from "./ports.ts";
import { type Machine, qemuArguments } from "./qemu.ts";
import { type SerialReader, serialReader } from "./serial.ts";
import type { Runner, RunningTool } from "./tool.ts";
import { untilAborted } from "./until-aborted.ts";

/** A machine to boot and what it must do. */
export interface BootJob {
  readonly machine: Omit<Machine, "forwards">;
  readonly expect: Expectations;
  readonly timeoutSeconds: number;
  /** The one folder that QEMU may write to. */
  readonly folder: string;
  /** Where the whole serial console is written. */
  readonly logFile: string;
  readonly signal: AbortSignal;
  progress(text: string): void;
}

/** An expectation that was met, in words, and when. */
export interface Met {
  readonly expectation: string;
  readonly seconds: number;
}

const attemptPauseMs = 1000;
const progressMs = 1000;
const keptLines = 20;

/** Boots a machine and waits until it has done what it must; leaves nothing running. Fails with a BootError. */
export async function boot(runner: Runner, job: BootJob): Promise<Met[]> {
  const checks = portChecks(job.expect);
  const forwards = await forwardPorts(
    runner.kind,
    checks.map((check) => check.guestPort),
  );
  const step = {
    tool: "qemu-system-x86_64",
    args: qemuArguments({ ...job.machine, forwards }),
    purpose: "to boot the machine",
    writes: job.folder,
    package: "qemu-system-x86",
  };
  const running = await runner.start(step);
  const log = createWriteStream(job.logFile);
  const neverBegan = (exitCode: number, lastLines: readonly string[]) =>
    exitCode === 127
      ? missingTool(step, runner.kind)
      : failedTool(step, { exitCode, lastLines }, runner.kind);
  const watch = watchMachine(running, { job, log, neverBegan });
  const ticker = setInterval(() => job.progress(watch.inWords()), progressMs);
  try {
    await watch.serialMet();
    for (const check of checks) {
      const port = forwards.find((f) => f.guestPort === check.guestPort)?.port ?? 0;
      await watch.passes(check, port);
    }
    return watch.met;
  } finally {
    clearInterval(ticker);
    watch.dispose();
    await running.stop();
    log.end();
    await finished(log);
  }
}

/** The error for a QEMU that ended with this exit code and these lines before the machine had said anything. */
type NeverBegan = (exitCode: number, lastLines: readonly string[]) => Error;

/** Follows a machine; every wait ends early when time is over, the machine stops or its kernel panics. */
function watchMachine(
  running: RunningTool,
  { job, log, neverBegan }: { job: BootJob; log: NodeJS.WritableStream; neverBegan: NeverBegan },
) {
  const { serial, http, tcp } = job.expect;
  const asksPorts = http.length + tcp.length > 0;
  const reader = serialReader(serial);
  const met: Met[] = [];
  const start = performance.now();
  const seconds = () => Math.round((performance.now() - start) / 100) / 10;
  const state = { pending: serialInWords(serial[0] ?? ""), last: undefined as string | undefined };
  const over = new AbortController();
  const fail = (what: string) => over.abort(bootError(what, state.last, reader, job.logFile));
  const note = (expectation: string) => met.push({ expectation, seconds: seconds() });

  const interrupt = () => over.abort(job.signal.reason);
  job.signal.addEventListener("abort", interrupt);
  if (job.signal.aborted) interrupt();
  const timer = setTimeout(
    () => fail(`No ${state.pending} within ${job.timeoutSeconds} s`),
    job.timeoutSeconds * 1000,
  );

  const said: string[] = [];
  createInterface({ input: running.stderr }).on("line", (line) => {
    said.push(line);
    said.splice(0, said.length - keptLines);
  });
  const console = new Promise<void>((resolve) => {
    running.stdout.on("data", (chunk: Buffer) => {
      log.write(chunk);
      reader.push(chunk);
      for (const text of serial.slice(met.length, reader.met)) note(serialInWords(text));
      const next = serial[reader.met];
      if (next !== undefined) state.pending = serialInWords(next);
      if (reader.panic && (next !== undefined || asksPorts))
        fail(`The kernel panicked before ${state.pending}\n${reader.panic}`);
      else if (next === undefined) resolve();
    });
    if (serial.length === 0) resolve();
  });
  // What the console said last may still be on its way when the process has ended.
  const drained = finished(running.stdout).catch(() => {});
  void Promise.all([running.ended, drained]).then(([{ exitCode }]) => {
    // A machine that said nothing at all did not even reach its firmware: QEMU itself has the reason.
    if (exitCode && reader.lastLines().length === 0) over.abort(neverBegan(exitCode, said));
    const how = exitCode === undefined ? "was killed" : `stopped with exit code ${exitCode}`;
    fail([`The machine ${how} before ${state.pending}`, ...said].join("\n"));
  });

  return {
    met,
    inWords: () => `${Math.round(seconds())} s: ${reader.lastLines().at(-1) ?? "no output yet"}`,
    serialMet: () => untilAborted(console, over.signal),
    async passes(check: PortCheck, port: number): Promise<void> {
      state.pending = check.words;
      for (;;) {
        over.signal.throwIfAborted();
        state.last = await untilAborted(check.attempt(running, port), over.signal);
        if (state.last === undefined) break;
        await delay(attemptPauseMs, undefined, { signal: over.signal }).catch(() => {});
      }
      note(check.words);
    },
    dispose() {
      clearTimeout(timer);
      job.signal.removeEventListener("abort", interrupt);
    },
  };
}

function bootError(
  what: string,
  last: string | undefined,
  reader: SerialReader,
  logFile: string,
): BootError {
  const lines = reader.lastLines();
  return new BootError(
    [
      last === undefined ? what : `${what} (at last ${last})`,
      ...(lines.length > 0
        ? ["The serial console ended with:", ...lines]
        : ["The serial console stayed empty"]),
    ].join("\n"),
    { hint: `the whole console is in ${logFile}` },
  );
}
