import { exitCodes, Interrupted } from "./fault.ts";

/** Runs work with a signal that one Ctrl-C (or SIGTERM) sets off: what was begun is undone, and the command ends. A second one ends it at once. */
export async function withInterrupt<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const controller = new AbortController();
  const stop = () => {
    if (controller.signal.aborted) process.exit(exitCodes.interrupted);
    controller.abort(new Interrupted());
  };
  for (const name of ["SIGINT", "SIGTERM"] as const) process.on(name, stop);
  try {
    return await work(controller.signal);
  } catch (error) {
    // What fails because it was stopped says so in many ways.
    const says = controller.signal.aborted && !(error instanceof Interrupted);
    throw says ? controller.signal.reason : error;
  } finally {
    for (const name of ["SIGINT", "SIGTERM"] as const) process.off(name, stop);
  }
}
