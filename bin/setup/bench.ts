import { join } from "node:path";
import { runForeground } from "./foreground.ts";
import { root } from "./paths.ts";

/** Measures what the README promises, next to the ways people go without it; `faces`: only what the faces cost; `memory`: only what memory is held. Resolves to the exit code. */
export async function bench(env: Readonly<Record<string, string>>): Promise<number> {
  return runForeground(
    [process.execPath, join(root, "bench/main.ts"), ...process.argv.slice(3)],
    env,
  );
}
