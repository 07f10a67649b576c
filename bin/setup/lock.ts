import { mkdirSync } from "node:fs";
import { dirname } from "node:path";
import { withLock as holding } from "../../provider/store/lock.ts";
import { print, type Say } from "./progress.ts";

const silentMilliseconds = 300;

/**
 * Runs work while no other set-up of this machine runs: two would start two engines. What holds the lock keeps it fresh, so that
 * one that was killed is waited for no longer than 10 s, whoever has its process number by now.
 */
export async function withLock<T>(
  file: string,
  work: () => Promise<T>,
  say: Say = print,
): Promise<T> {
  mkdirSync(dirname(file), { recursive: true });
  const waiting = setTimeout(
    () => say("• Set-up: waiting for another one, or 10 s for one that was killed"),
    silentMilliseconds,
  );
  try {
    return await holding(file, new AbortController().signal, () => {
      clearTimeout(waiting);
      return work();
    });
  } finally {
    clearTimeout(waiting);
  }
}
