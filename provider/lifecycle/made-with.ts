import { MissingToolError, ToolError } from "../errors.ts";
import type { Context, Resource } from "../resource.ts";
import { parsedInputs } from "./diff.ts";
import { hasUnknown } from "./wire.ts";

/**
 * What a resource is made with, as an input: a new version of a step or of the toolbox shows as that cause in the diff.
 * The host's own tools go into keys, never into a diff: they differ from machine to machine.
 */
export async function madeWith(
  resource: Resource,
  inputs: Record<string, unknown>,
  ctx: Pick<Context, "runner">,
): Promise<string> {
  const step = `${resource.name} ${resource.version}`;
  const { packages, toolbox } = resource;
  if (!packages || ctx.runner.kind === "host" || !runsTools(resource, inputs)) return step;
  try {
    const identity = await ctx.runner.identity(packages, toolbox);
    return `${step}, toolbox ${identity.replace("sha256:", "").slice(0, 12)}`;
  } catch (error) {
    // An update that has nothing to do needs no engine; one that has says itself that there is none.
    if (error instanceof MissingToolError || error instanceof ToolError) return step;
    throw error;
  }
}

/** Whether checked inputs, some of which may not be known yet, lead to a plan that runs tools. */
function runsTools(resource: Resource, inputs: Record<string, unknown>): boolean {
  if (!resource.usesTools) return true;
  const parsed = hasUnknown(inputs) ? undefined : parsedInputs(resource, inputs);
  return parsed !== undefined && resource.usesTools(resource.plan(parsed as never));
}
