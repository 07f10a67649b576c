import { execa } from "execa";
import { root } from "./paths.ts";

/** Signals closer to each other than this are one wish: npm and the terminal both pass Ctrl-C on. */
const sameWishMilliseconds = 1000;

/**
 * Runs a command whose output the user sees; resolves to its exit code. A signal reaches it exactly once,
 * because Pulumi stops cleanly at the first and at once at the second.
 */
export async function runForeground(
  command: readonly [string, ...string[]],
  env: Readonly<Record<string, string>>,
): Promise<number> {
  const [file, ...args] = command;
  const onTerminal = process.stdin.isTTY === true;
  const child = execa(file, args, {
    cwd: root,
    env,
    stdio: "inherit",
    reject: false,
    // On a terminal Ctrl-C reaches the whole process group; elsewhere the child gets a group of its own.
    detached: !onTerminal,
    cleanup: true,
  });
  let last = Number.NEGATIVE_INFINITY;
  const forward = (signal: NodeJS.Signals) => {
    if (onTerminal && signal === "SIGINT") return;
    if (performance.now() - last < sameWishMilliseconds) return;
    last = performance.now();
    child.kill("SIGINT");
  };
  process.on("SIGINT", forward);
  process.on("SIGTERM", forward);
  try {
    const { exitCode } = await child;
    return exitCode ?? 130;
  } finally {
    process.off("SIGINT", forward);
    process.off("SIGTERM", forward);
  }
}
