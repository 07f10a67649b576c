import { mkdir, stat, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { collectGarbage, type Keep } from "./gc.ts";
import type { Store } from "./store.ts";

const everyMs = 3_600_000;

/** What the environment wants kept besides the roots: `$BOOTWRIGHT_KEEP_DAYS` (14) and `$BOOTWRIGHT_MAX_GIB` (50). */
export function keepOf(env: NodeJS.ProcessEnv = process.env): Keep {
  return {
    days: positive(env.BOOTWRIGHT_KEEP_DAYS, 14),
    maxSizeGiB: positive(env.BOOTWRIGHT_MAX_GIB, 50),
  };
}

function positive(text: string | undefined, otherwise: number): number {
  const value = Number(text);
  return text && Number.isFinite(value) && value >= 0 ? value : otherwise;
}

/** Collects garbage once an hour: every edit can leave gigabytes behind. Returns what went, if it was time. */
export async function tidy(
  store: Store,
  signal: AbortSignal,
): Promise<{ removed: number; bytes: number } | undefined> {
  const mark = join(store.root, "tidied");
  const isDue = async () => {
    const last = await stat(mark).catch(() => undefined);
    return Date.now() - (last?.mtimeMs ?? 0) > everyMs;
  };
  if (!(await isDue())) return undefined;
  return store.lock("tidy", signal, async () => {
    if (!(await isDue())) return undefined;
    await mkdir(store.root, { recursive: true });
    await writeFile(mark, "");
    const now = new Date();
    await utimes(mark, now, now);
    return collectGarbage(store, keepOf(), now.getTime(), signal);
  });
}
