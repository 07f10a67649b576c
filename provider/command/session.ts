import type { Terminal } from "./print/terminal.ts";

/** What a subcommand works with. */
export interface Session {
  readonly terminal: Terminal;
  readonly signal: AbortSignal;
}

/** Runs a subcommand's work, which returns the exit code, once its arguments are known. */
export type Run = (work: (session: Session) => Promise<number>) => Promise<void>;
