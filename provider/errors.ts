/** One bad input: the property path as Pulumi writes it (`partitions[1].sizeMiB`) and the reason. */
export interface InputProblem {
  readonly property: string;
  readonly reason: string;
}

/** What a user can act on: what failed, why, and (in `hint`) the fix. Never an `id` field: Pulumi reads one as "partly created". */
class BootwrightError extends Error {
  readonly hint: string | undefined;
  constructor(message: string, options: { hint?: string; cause?: unknown } = {}) {
    super(options.hint ? `${message}\n(${options.hint})` : message, { cause: options.cause });
    this.name = new.target.name;
    this.hint = options.hint;
  }
}

/** Inputs that cannot be built; every problem at once. */
export class InputError extends BootwrightError {
  readonly problems: readonly InputProblem[];
  constructor(problems: readonly InputProblem[], options: { hint?: string } = {}) {
    super(problems.map((p) => `${p.property}: ${p.reason}`).join("\n"), options);
    this.problems = problems;
  }
}

/** Something of the image that a format or a filesystem cannot hold, by path. */
export class ContentError extends BootwrightError {}

/** A tool, engine or service of this machine that is missing or too old. */
export class MissingToolError extends BootwrightError {}

/** A tool that ran and failed; the message holds its command and its last lines, once. */
export class ToolError extends BootwrightError {}

/** A machine that did not do what its boot test asks. */
export class BootError extends BootwrightError {}

/** A cloud that refused or could not be reached. */
export class CloudError extends BootwrightError {}

/** An object of the store that is damaged or can no longer be made. */
export class StoreError extends BootwrightError {}
