import { createInterface } from "node:readline";
import { finished } from "node:stream/promises";
import { setTimeout as delay } from "node:timers/promises";
import { BootError } from "../errors.ts";
import { serialInWords } from "../plan/boot-expectations.ts";
import type { BootJob, Met } from "./boot-job.ts";
import type { PortCheck } from "./port-checks.ts";
import { type SerialReader, serialReader } from "./serial.ts";
import type { RunningTool } from "./tool.ts";
import { untilAborted } from "./until-aborted.ts";

const attemptPauseMs = 1000;
const keptLines = 20;

/** The error for a QEMU that ended with this exit code and these lines before the machine had said anything. */
type NeverBegan = (exitCode: number, lastLines: readonly string[]) => Error;

/** What follows a machine depends on and presses. */
interface Watching {
  readonly job: BootJob;
  /** Takes what the console says; where it cannot, the test is over. */
  readonly log: NodeJS.WritableStream;
  readonly neverBegan: NeverBegan;
  press(keys: readonly string[]): Promise<void>;
}

/** Follows a machine; every wait ends early when time is over, the machine stops or its kernel panics. */
export function watchMachine(running: RunningTool, { job, log, neverBegan, press }: Watching) {
  const { http, tcp } = job.expect;
  const serial = [...job.keys.map(({ after }) => after), ...job.expect.serial];
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

  log.once("error", (error) => over.abort(error));
  let pressed: Promise<void> | undefined;
  const said: string[] = [];
  createInterface({ input: running.stderr }).on("line", (line) => {
    said.push(line);
    said.splice(0, said.length - keptLines);
  });
  const console = new Promise<void>((resolve) => {
    running.stdout.on("data", (chunk: Buffer) => {
      // The way to the keyboard takes a moment, for which a menu may not wait.
      pressed ??= job.keys.length > 0 ? press([]) : Promise.resolve();
      reader.push(chunk);
      for (const text of serial.slice(met.length, reader.met)) {
        const keys = job.keys[met.length]?.press;
        note(serialInWords(text));
        if (keys) pressed = pressed?.then(() => press(keys));
      }
      pressed?.catch((error) => over.abort(error));
      const next = serial[reader.met];
      if (next !== undefined) state.pending = serialInWords(next);
      if (reader.panic && (next !== undefined || asksPorts))
        fail(`The kernel panicked before ${state.pending}\n${reader.panic}`);
      else if (next === undefined) resolve(pressed);
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
    /** Waits for something else as long as there is time. */
    inTime: <T>(work: Promise<T>): Promise<T> => untilAborted(work, over.signal),
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
