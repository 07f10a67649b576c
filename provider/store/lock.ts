import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import lockfile from "proper-lockfile";

/** How long after the death of its holder a lock is taken over. */
const staleMs = 10_000;
const pollMs = 150;

/** Runs work while holding a lock among all processes of this machine; waits for it until the signal says otherwise. */
export async function withLock<T>(
  file: string,
  signal: AbortSignal,
  work: () => Promise<T>,
): Promise<T> {
  const release = await acquire(file, signal);
  try {
    return await work();
  } finally {
    await release();
  }
}

/** The same among all processes of this user on this machine, whatever store they use. */
export function withMachineLock<T>(
  name: string,
  signal: AbortSignal,
  work: () => Promise<T>,
): Promise<T> {
  const user = process.getuid?.() ?? 0;
  return withLock(join(tmpdir(), `bootwright-${user}-${name}`), signal, work);
}

async function acquire(file: string, signal: AbortSignal): Promise<() => Promise<void>> {
  for (;;) {
    signal.throwIfAborted();
    try {
      // A lock that was taken over (this process slept for longer than staleMs) is harmless: commits are by rename.
      const release = await lockfile.lock(file, {
        stale: staleMs,
        realpath: false, // the file itself is never made: locks leave nothing behind
        onCompromised: () => {},
      });
      return () => release().catch(() => {});
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "ELOCKED") throw error;
      // The signal's own reason says more than that of a timer: a limit of time has a name.
      await delay(pollMs, undefined, { signal }).catch(() => signal.throwIfAborted());
    }
  }
}
