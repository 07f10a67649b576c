/** 24 days; a longer timer of Node's runs out at once. */
const longestTimerMs = 2 ** 31 - 1;

/** Runs work whose signal also ends it after a time; `seconds: 0` is no limit. The error then names the limit. */
export async function withTimeout<T>(
  stopped: AbortSignal,
  limit: { readonly seconds: number; readonly name: string } | undefined,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  if (!limit?.seconds) return work(stopped);
  const controller = new AbortController();
  const late = new Error(`Stopped after ${limit.seconds} s (${limit.name})`);
  const timer = setTimeout(
    () => controller.abort(late),
    Math.min(limit.seconds * 1000, longestTimerMs),
  );
  try {
    return await work(AbortSignal.any([stopped, controller.signal]));
  } catch (error) {
    throw controller.signal.aborted && !stopped.aborted ? late : error;
  } finally {
    clearTimeout(timer);
  }
}
