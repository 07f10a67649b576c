/** What was found of one thing that building a machine needs. */
export interface Finding {
  readonly name: string;
  /** `note`: worth knowing, and nothing has to be done. */
  readonly state: "good" | "missing" | "note";
  /** What is there, or why it is not enough. */
  readonly found: string;
  /** What to do about it. */
  readonly fix?: string;
}

/** Why something failed, as a finding: the hint of our errors is the fix. */
export function failing(name: string, error: unknown, fix?: string): Finding {
  if (!(error instanceof Error)) return { name, state: "missing", found: String(error) };
  const { hint } = error as { hint?: string };
  const found = hint ? error.message.replace(`\n(${hint})`, "") : error.message;
  const way = hint ?? fix;
  return { name, state: "missing", found, ...(way ? { fix: way } : {}) };
}
