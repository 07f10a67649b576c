/** Something about a machine that a cloud will not forgive (`error`) or that its owner should know (`warning`). */
export interface Finding {
  /** Absolute path in the machine, or the input that it is about. */
  readonly path: string;
  readonly level: "error" | "warning";
  readonly message: string;
  readonly fix: string;
}

/** A finding on one line. */
export function findingText({ path, message, fix }: Finding): string {
  return `${path}: ${message} (${fix})`;
}
