import { MissingToolError, ToolError } from "../errors.ts";
import type { Context, Resource } from "../resource.ts";

/**
 * What a resource is made with, as an input: a new version of a step or of the toolbox shows as that cause in the diff.
 * The host's own tools go into keys, never into a diff: they differ from machine to machine.
 */
export async function madeWith(resource: Resource, ctx: Pick<Context, "runner">): Promise<string> {
  const step = `${resource.name} ${resource.version}`;
  if (!resource.packages || ctx.runner.kind === "host") return step;
  try {
    const identity = await ctx.runner.identity(resource.packages);
    return `${step}, toolbox ${identity.replace("sha256:", "").slice(0, 12)}`;
  } catch (error) {
    // An update that has nothing to do needs no engine; one that has says itself that there is none.
    if (error instanceof MissingToolError || error instanceof ToolError) return step;
    throw error;
  }
}
