const running = new Set<AbortController>();
let listening = false;

/**
 * Runs an operation that SIGINT and SIGTERM stop cleanly: tools end, containers go, then the process does.
 * Pulumi sends SIGINT at every normal end too: with nothing running it just ends.
 */
export async function untilStopped<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  listen();
  const controller = new AbortController();
  running.add(controller);
  try {
    return await work(controller.signal);
  } finally {
    running.delete(controller);
    if (stopping && running.size === 0) setImmediate(() => process.exit(1));
  }
}

let stopping = false;

function listen(): void {
  if (listening) return;
  listening = true;
  for (const signal of ["SIGINT", "SIGTERM"] as const)
    process.on(signal, () => {
      if (running.size === 0) process.exit(0);
      stopping = true;
      for (const controller of running) controller.abort(new Error("Stopped by the user"));
    });
}
