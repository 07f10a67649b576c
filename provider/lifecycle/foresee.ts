import { MissingToolError, ToolError } from "../errors.ts";
import type { Context, Resource } from "../resource.ts";
import { ensure, madeBefore } from "./ensure.ts";
import { planNow } from "./operate.ts";
import { hasUnknown, unknownValue } from "./wire.ts";

type Values = Record<string, unknown>;

/**
 * The outputs that putting a resource will give, as far as a preview can know them: what the store has, what the inputs decide, and for an
 * update what is quick to make. The rest is {@link unknownValue}.
 */
export async function foresee(
  resource: Resource,
  inputs: Values,
  ctx: Context,
  { isUpdate = false } = {},
): Promise<Values> {
  const unknown = Object.fromEntries(
    Object.keys(resource.outputs.shape).map((name) => [name, unknownValue]),
  );
  if (hasUnknown(inputs)) return unknown;
  const plan = await planNow(resource, inputs, ctx);
  const decided = { ...unknown, ...resource.known?.(plan) };
  if (resource.remote) return decided;
  const options = { secret: inputs.__secret === true };
  if (isUpdate && resource.madeInPreview) return ensure(resource, plan, ctx, options);
  try {
    return (await madeBefore(resource, plan, ctx, options)) ?? decided;
  } catch (error) {
    // A preview without an engine says less; the update says that there is none.
    if (error instanceof MissingToolError || error instanceof ToolError) return decided;
    throw error;
  }
}
