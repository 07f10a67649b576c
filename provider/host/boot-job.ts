import type { Expectations } from "../plan/boot-expectations.ts";
import type { BootKeys } from "../plan/boot-keys.ts";
import type { Machine } from "./qemu.ts";

/** A machine to boot and what it must do. */
export interface BootJob {
  readonly machine: Omit<Machine, "forwards" | "monitor">;
  /** Keys whose texts come on the serial console before what is expected. */
  readonly keys: readonly BootKeys[];
  /** Where what the screen shows at the end is written, whether the machine did what it must or not; in the folder. */
  readonly screenFile?: string;
  readonly expect: Expectations;
  readonly timeoutSeconds: number;
  /** The one folder that QEMU may write to. */
  readonly folder: string;
  /** Where the whole serial console is written. */
  readonly logFile: string;
  readonly signal: AbortSignal;
  progress(text: string): void;
}

/** An expectation that was met, in words, and when. */
export interface Met {
  readonly expectation: string;
  readonly seconds: number;
}
