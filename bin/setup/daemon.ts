// Node's own spawn: execa takes no open file for a child that outlives its parent.
import { spawn } from "node:child_process";
import { closeSync, mkdirSync, openSync, readFileSync } from "node:fs";
import { dirname } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { SetupError } from "./progress.ts";
import { lastLines } from "./run.ts";

const patienceMilliseconds = 120_000;

/** A program that set-up starts and leaves running. */
export interface Daemon {
  readonly name: string;
  readonly command: readonly [string, ...string[]];
  readonly logFile: string;
  /** True once it does its work. */
  readonly answers: () => Promise<boolean>;
}

/** Starts a daemon in a session of its own and returns its process id when it answers. */
export async function startDaemon({ name, command, logFile, answers }: Daemon): Promise<number> {
  mkdirSync(dirname(logFile), { recursive: true });
  const log = openSync(logFile, "w");
  const [file, ...args] = command;
  const child = spawn(file, args, { detached: true, stdio: ["ignore", log, log] });
  closeSync(log);
  let end: string | undefined;
  child.once("error", (error) => {
    end = `did not start: ${error.message}`;
  });
  child.once("exit", (code, signal) => {
    end = `ended with ${signal ?? `exit code ${code}`}`;
  });
  const deadline = performance.now() + patienceMilliseconds;
  while (!(await answers())) {
    if (performance.now() > deadline)
      end ??= `did not answer within ${patienceMilliseconds / 1000} s`;
    if (end !== undefined) {
      const said = lastLines(readFileSync(logFile, "utf8"));
      throw new SetupError(`${name} ${end}\n${said}`, `its whole log: ${logFile}`);
    }
    await pause(100);
  }
  child.unref();
  return child.pid ?? 0;
}
