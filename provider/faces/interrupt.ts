const running = new Set<AbortController>();
const stopped = () => new Error("Stopped by the user");
let listening = false;
let stopping = false;
let cancelled = false;
let end = (code: number): void => process.exit(code);

/**
 * Runs an operation that SIGINT, SIGTERM and {@link cancelAll} stop cleanly: tools end, containers go, then, after a signal, the process does.
 * Pulumi sends SIGINT at every normal end too: with nothing running it just ends.
 */
export async function untilStopped<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  listen();
  const controller = new AbortController();
  running.add(controller);
  if (cancelled) controller.abort(stopped());
  try {
    return await work(controller.signal);
  } finally {
    running.delete(controller);
    if (stopping && running.size === 0) setImmediate(() => end(1));
  }
}

/** Stops what is running and whatever is started from now on; the process stays, to say so. */
export function cancelAll(): void {
  cancelled = true;
  for (const controller of running) controller.abort(stopped());
}

/** Begins anew for another engine, where one that has cancelled left the process running. */
export function resume(): void {
  cancelled = stopping;
}

/** Stops what is running, then ends the process. */
export function stop(): void {
  if (running.size === 0) end(0);
  stopping = true;
  cancelAll();
}

/** How the process ends, where something is still to be said to others before it does. */
export function endBy(ending: (code: number) => void): void {
  end = ending;
}

/** Stops on SIGINT and SIGTERM, also while nothing has run yet. */
export function listen(): void {
  if (listening) return;
  listening = true;
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, stop);
}
