/** Exit codes, as diff(1) and grep(1) have them. */
export const exitCodes = { good: 0, found: 1, failed: 2, interrupted: 130 } as const;

/** What a user who pressed Ctrl-C is told. */
export class Interrupted extends Error {
  constructor(message = "Stopped; nothing unfinished was kept") {
    super(message);
  }
}

const reasons: Readonly<Record<string, string>> = {
  ENOENT: "there is no such file",
  EACCES: "you may not open it",
  EPERM: "you may not open it",
  EISDIR: "it is a folder",
  ENOTDIR: "it lies below what is no folder",
  EROFS: "its filesystem is read-only",
  ENOSPC: "no space is left",
};

/** An error as a user is to read it, and the exit code: never a stack, unless BOOTWRIGHT_DEBUG asks for it. */
export function faultText(error: unknown): { text: string; exitCode: number } {
  if (error instanceof Interrupted) return { text: error.message, exitCode: exitCodes.interrupted };
  if (!(error instanceof Error)) return { text: String(error), exitCode: exitCodes.failed };
  const { code, path } = error as NodeJS.ErrnoException;
  const reason = code === undefined ? undefined : reasons[code];
  const text = reason && path ? `${path}: ${reason} (${code})` : error.message;
  const stack = process.env.BOOTWRIGHT_DEBUG === undefined ? "" : `\n${error.stack}`;
  return { text: text + stack, exitCode: exitCodes.failed };
}
