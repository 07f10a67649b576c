import { digestOf } from "../plan/canonical.ts";
import { decodeRecipe, encodeRecipe, identityOf, mapRefs, type Ref, refsIn } from "../plan/ref.ts";
import type { Context, Resource } from "../resource.ts";
import { type Cache, configuredCache } from "../store/cache.ts";
import type { ObjectName, Store } from "../store/store.ts";

type Outputs = Record<string, unknown>;
type Maker = Pick<Resource, "name" | "version" | "packages" | "toolbox" | "usesTools" | "make">;

/** The identity of a step's result: what it is told, what it is given, and the tools that it uses. */
export async function stepKey(step: Maker, plan: unknown, ctx: Context): Promise<string> {
  const { packages, toolbox } = step;
  const runsTools = packages && (step.usesTools?.(plan) ?? true);
  const tools = runsTools ? await ctx.runner.identity(packages, toolbox) : undefined;
  return digestOf({ step: step.name, version: step.version, plan: identityOf(plan), tools });
}

/**
 * The outputs of a step: from the store when its key is known and its objects are there, else made now. The recipe of a `secret` plan is
 * withheld: it stands in the state of this resource and of all that follow from it, in clear.
 */
export async function ensure(
  step: Maker,
  plan: unknown,
  ctx: Context,
  { secret = false } = {},
): Promise<Outputs> {
  const { make } = step;
  if (!make) throw new Error(`${step.name} makes no artefact`);
  const key = await stepKey(step, plan, ctx);
  const outputs = await ctx.store.lock(key, ctx.signal, async () => {
    const before = await ctx.store.result(key);
    if (before && (await inUse(ctx.store, ownRefs(before)))) return before;
    const made = (await make(plan, ctx)) as Outputs;
    await ctx.store.putResult(key, made);
    return made;
  });
  await shareAll(ctx, ownRefs(outputs));
  return withRecipes(outputs, recipeOf(step, secret ? null : plan, outputs, ctx.owner.urn));
}

/** The outputs of a step where the store has them; undefined where they would have to be made. */
export async function madeBefore(
  step: Maker,
  plan: unknown,
  ctx: Context,
  { secret = false } = {},
): Promise<Outputs | undefined> {
  const outputs = await ctx.store.result(await stepKey(step, plan, ctx));
  if (!outputs || !(await allThere(ctx.store, ownRefs(outputs)))) return undefined;
  return withRecipes(outputs, recipeOf(step, secret ? null : plan, outputs, ctx.owner.urn));
}

/** The references of outputs that the step itself made: their recipes are still empty. */
export function ownRefs(outputs: Outputs): Ref[] {
  return refsIn(outputs).filter((ref) => ref.recipe === "");
}

/** True when objects, and all that they cannot be read without, are in the store. */
export async function allThere(store: Store, names: readonly ObjectName[]): Promise<boolean> {
  for (const name of names) {
    if (!(await store.has(name.kind, name.digest))) return false;
    if (!(await allThere(store, await store.needs(name)))) return false;
  }
  return true;
}

/** The same; what is there is noted as used first, so that a collection that is running leaves it. */
export async function inUse(store: Store, names: readonly ObjectName[]): Promise<boolean> {
  for (const name of names) await store.touch(name);
  return allThere(store, names);
}

/** Also what was made before there was a cache; a cache that takes nothing costs nobody the artefact. */
async function shareAll({ store, log }: Context, names: readonly ObjectName[]): Promise<void> {
  const cache = configuredCache();
  try {
    if (cache) await share(store, names, cache);
  } catch (error) {
    log.warn(`The cache was not filled: ${error instanceof Error ? error.message : error}`);
  }
}

async function share(store: Store, names: readonly ObjectName[], cache: Cache): Promise<void> {
  for (const { kind, digest } of names) {
    // Disks and plans are made again faster than they travel.
    if (kind === "file" || kind === "tree" || kind === "layer")
      await cache.offer({ kind, digest }, store);
    await share(store, await store.needs({ kind, digest }), cache);
  }
}

function recipeOf(step: Maker, plan: unknown, outputs: Outputs, urn: string): string {
  const { fingerprint } = outputs;
  return encodeRecipe({
    step: step.name,
    version: step.version,
    plan,
    urn,
    ...(typeof fingerprint === "string" ? { fingerprint } : {}),
  });
}

/** Fills in the step's own recipe wherever a reference, or a recipe inside one, leaves it open. */
function withRecipes(outputs: Outputs, own: string): Outputs {
  return mapRefs(outputs, (ref) => ({
    ...ref,
    recipe: ref.recipe === "" ? own : nested(ref, own),
  })) as Outputs;
}

function nested(ref: Ref, own: string): string {
  const recipe = decodeRecipe(ref.recipe);
  return encodeRecipe({
    ...recipe,
    plan: mapRefs(recipe.plan, (inner) =>
      inner.recipe === "" ? { ...inner, recipe: own } : inner,
    ),
  });
}
