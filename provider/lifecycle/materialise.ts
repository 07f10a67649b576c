import { join } from "node:path";
import { type InputError, StoreError } from "../errors.ts";
import { decodeRecipe, type Recipe, type Ref } from "../plan/ref.ts";
import type { Context, Resource } from "../resource.ts";
import { configuredCache } from "../store/cache.ts";
import type { ObjectName } from "../store/store.ts";
import { verifyForeign } from "../store/verify.ts";
import { differentBuckets } from "../tree/fingerprint.ts";
import { loadTree } from "../tree/object.ts";
import { verifyContents } from "../tree/verify-contents.ts";
import { allThere, ensure, inUse } from "./ensure.ts";

/** Finds the resource or internal step that a recipe names. */
export type StepFinder = (name: string) => Resource | undefined;

/** Brings an artefact into the store: it is there, a cache has it, or its recipe is run again. A missing object is a cache miss, never drift. */
export async function materialise(ref: Ref, ctx: Context, find: StepFinder): Promise<string> {
  const path = ctx.store.path(ref.kind, ref.digest);
  if (await inUse(ctx.store, [ref])) return path;
  if (await fromCache(ref, ctx)) return path;
  const recipe = ref.recipe === "" ? undefined : decodeRecipe(ref.recipe);
  const step = recipe && find(recipe.step);
  if (!recipe || !step)
    throw new StoreError(`${ref.kind} ${ref.digest} is not in the store and has no recipe`);
  if (recipe.plan === null)
    throw new StoreError(
      `${describe(recipe)} is not in the store, and its recipe is not kept because it holds secrets: configure a cache, or run pulumi up --replace ${recipe.urn ?? "its URN"}`,
    );
  // What has no resource of its own, such as a file of a tree, is made when it is first needed.
  if (recipe.urn) ctx.log.info(`${describe(recipe)} is not in the store: making it again`);
  await runAgain(ref, recipe, step, ctx);
  return path;
}

async function runAgain(ref: Ref, recipe: Recipe, step: Resource, ctx: Context): Promise<void> {
  let made: Record<string, unknown>;
  try {
    made = await ensure(step, recipe.plan, ctx);
  } catch (error) {
    if (error instanceof Error && error.name === "InputError")
      throw irreproducible(recipe, whyNot(error as InputError, step), error);
    throw error;
  }
  if (await allThere(ctx.store, [ref])) return;
  throw irreproducible(recipe, difference(recipe, made));
}

function whyNot({ problems }: InputError, { secrets = [] }: Resource): string {
  const secret = secrets.find((name) => problems.some(({ property }) => property === name));
  return secret ? `its ${secret} is not kept` : "its files changed";
}

function irreproducible(recipe: Recipe, why: string, cause?: unknown): StoreError {
  return new StoreError(
    `${describe(recipe)} can no longer be reproduced (${why}): configure a cache, or run pulumi up --replace ${recipe.urn ?? "its URN"}`,
    { cause },
  );
}

/** How many paths differ at least, where the fingerprints tell. */
function difference(recipe: Recipe, made: Record<string, unknown>): string {
  const count =
    recipe.fingerprint && typeof made.fingerprint === "string"
      ? differentBuckets(recipe.fingerprint, made.fingerprint)
      : undefined;
  if (count === undefined) return "its content differs";
  return `at least ${count} ${count === 1 ? "path differs" : "paths differ"}`;
}

function describe(recipe: Recipe): string {
  return `${recipe.step} ${recipe.urn?.split("::").at(-1) ?? ""}`.trim();
}

async function fromCache(name: ObjectName, ctx: Context): Promise<boolean> {
  const cache = configuredCache();
  if (!cache) return false;
  await ctx.store.touch(name);
  if (await ctx.store.has(name.kind, name.digest)) return needsFromCache(name, ctx);
  return ctx.store.stage(async (folder) => {
    const file = join(folder, "object");
    if (!(await cache.fetch(name, file))) return false;
    const needs = await verifyForeign(name, file);
    for (const need of needs) if (!(await fromCache(need, ctx))) return false;
    if (name.kind === "tree")
      await verifyContents(await loadTree(file), (l) => ctx.store.path("layer", l), ctx.signal);
    await ctx.store.commit({ ...name, file, needs });
    return true;
  });
}

async function needsFromCache(name: ObjectName, ctx: Context): Promise<boolean> {
  for (const need of await ctx.store.needs(name)) if (!(await fromCache(need, ctx))) return false;
  return true;
}
