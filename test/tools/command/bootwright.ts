import { spawn } from "node:child_process";
import { join } from "node:path";
import { text } from "node:stream/consumers";

const program = join(import.meta.dirname, "..", "..", "..", "bin", "bootwright");

/** What the command said and how it ended. */
export interface Said {
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the compiled command with a store of its own. */
export async function bootwright(
  args: readonly string[],
  options: { store: string; input?: string; env?: Record<string, string>; cwd?: string },
): Promise<Said> {
  const child = spawn(program, args, {
    env: { ...process.env, BOOTWRIGHT_STORE: options.store, ...options.env },
    ...(options.cwd ? { cwd: options.cwd } : {}),
  });
  child.stdin.on("error", () => {});
  child.stdin.end(options.input ?? "");
  const [stdout, stderr, exitCode] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    new Promise<number | null>((resolve) => child.once("close", resolve)),
  ]);
  return { exitCode, stdout, stderr };
}
