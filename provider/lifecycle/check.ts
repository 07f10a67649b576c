import type * as z from "zod";
import { toDotPath } from "zod/v4/core";
import type { InputProblem } from "../errors.ts";
import type { Context, Resource } from "../resource.ts";
import { hasUnknown, isUnknownAt } from "./wire.ts";

/** Inputs with defaults and what was observed, and every problem with them. */
export interface Checked {
  readonly inputs: Record<string, unknown>;
  readonly problems: readonly InputProblem[];
}

/** Checks inputs field by field, so that one bad field hides no other; what is not known yet is passed over. */
export async function checkInputs(
  resource: Resource,
  given: Record<string, unknown>,
  ctx: Pick<Context, "cwd" | "store">,
  previous: Record<string, unknown> = {},
): Promise<Checked> {
  const shape = resource.inputs.shape as Record<string, z.ZodType>;
  const problems: InputProblem[] = [];
  const inputs: Record<string, unknown> = {};
  const valid: Record<string, unknown> = {};

  for (const key of Object.keys(given))
    if (!(key in shape)) problems.push(unrecognised(key, resource.name, Object.keys(shape)));
  for (const [key, schema] of Object.entries(shape)) {
    const value = given[key] ?? undefined;
    const result = schema.safeParse(value);
    if (result.success) {
      if (result.data !== undefined) inputs[key] = result.data;
      // A rule must never judge what stands for a value that is not known yet.
      if (result.data !== undefined && !hasUnknown(value)) valid[key] = result.data;
      continue;
    }
    if (value !== undefined) inputs[key] = value;
    for (const issue of result.error.issues)
      if (!isUnknownAt(value, issue.path))
        problems.push({
          property: toDotPath([key, ...issue.path]),
          reason: say(issue, value),
        });
  }
  const omitted = (key: string) => (given[key] ?? undefined) === undefined;
  problems.push(...(resource.rules?.(valid as never, omitted) ?? []));
  // What cannot be looked at yet shows as it was, not as if it had been taken away.
  if (hasUnknown(inputs) && "observed" in shape && previous.observed)
    inputs.observed ??= previous.observed;
  if (problems.length === 0 && resource.observe && !hasUnknown(inputs)) {
    try {
      Object.assign(inputs, await resource.observe(inputs as never, ctx, previous));
    } catch (error) {
      problems.push(...asProblems(error));
    }
  }
  return { inputs, problems };
}

function say(issue: z.core.$ZodIssue, value: unknown): string {
  if (issue.code === "invalid_type" && value === undefined && issue.path.length === 0)
    return `is required (${issue.expected})`;
  if (issue.code === "unrecognized_keys")
    return `${issue.keys.map((k) => `"${k}"`).join(", ")} is not known here`;
  return issue.message;
}

function unrecognised(key: string, resource: string, known: readonly string[]): InputProblem {
  return { property: key, reason: `is not an input of ${resource} (it has: ${known.join(", ")})` };
}

/** A user's mistake found while observing becomes a problem of its property; anything else is thrown on. */
function asProblems(error: unknown): readonly InputProblem[] {
  if (error instanceof Error && error.name === "InputError" && "problems" in error)
    return error.problems as InputProblem[];
  throw error;
}
