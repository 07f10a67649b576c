import { StoreError } from "../errors.ts";
import type { DiskPlan } from "../plan/disk.ts";
import { decodeRecipe, type Ref, refsIn } from "../plan/ref.ts";
import type { Context } from "../resource.ts";
import type { ObjectName } from "../store/store.ts";
import { verifyForeign } from "../store/verify.ts";

/** A layer, what is planned from it, and the disk may each be damaged. */
const mostAttempts = 4;

/** Objects that this process has found sound; a process lasts for one operation of Pulumi. */
const sound = new Set<string>();

/**
 * Reads every byte that an artefact of this store stands on and returns the objects that are not what they were committed as.
 * What the recorded stat cannot tell (a flipped bit) is found here: on refresh, and before anything is published.
 */
export async function damagedBelow(ref: Ref, ctx: Context): Promise<ObjectName[]> {
  const key = `${ctx.store.root} ${ref.kind} ${ref.digest}`;
  if (sound.has(key)) return [];
  const found = await damaged(ref, ctx);
  if (found.length === 0) sound.add(key);
  return found;
}

async function damaged(ref: Ref, ctx: Context): Promise<ObjectName[]> {
  const { kind, digest, recipe } = ref;
  if ((await ctx.store.condition(ref)) === "missing") return [];
  // A disk or a plan is only compared with what is itself sound.
  const upstream = kind === "disk" && recipe ? refsIn(decodeRecipe(recipe).plan) : [];
  const needs = (await ctx.store.needs(ref)).map((need) => ({ ...need, recipe: "" }));
  const below: ObjectName[] = [];
  for (const other of [...needs, ...upstream]) below.push(...(await damagedBelow(other, ctx)));
  if (below.length > 0) return below;
  return (await isSound(ref, ctx)) ? [] : [{ kind, digest }];
}

async function isSound(ref: Ref, ctx: Context, attempts = mostAttempts): Promise<boolean> {
  const condition = await ctx.store.condition(ref);
  if (condition !== "there") return condition === "missing";
  const path = ctx.store.path(ref.kind, ref.digest);
  // Loaded when something is read back, which most updates do not.
  const { loadPlan } = await import("../ext4/object.ts");
  const { verifyDisk } = await import("../image/verify-disk.ts");
  try {
    if (ref.kind === "ext4") return (await loadPlan(path)).digest === ref.digest;
    if (ref.kind !== "disk") await verifyForeign(ref, path);
    else if (ref.recipe) await verifyDisk(decodeRecipe(ref.recipe).plan as DiskPlan, path, ctx);
    return true;
  } catch (error) {
    if (error instanceof Error && error.name === "StoreError") return false;
    // A refresh reads several resources at a time: another one has discarded what this one was being compared with.
    const isGone = (error as NodeJS.ErrnoException).code === "ENOENT";
    if (isGone && attempts > 0) return isSound(ref, ctx, attempts - 1);
    throw error;
  }
}

/** Brings artefacts into the store and makes what is damaged again, so that they can be published. */
export async function demandSound(refs: readonly Ref[], ctx: Context): Promise<void> {
  for (const ref of refs) {
    // What lies above a damaged object can only be compared once that is made again.
    for (let attempts = 0; ; attempts++) {
      await ctx.materialise(ref);
      ctx.log.progress(`reading the ${ref.kind} back`);
      const broken = await damagedBelow(ref, ctx);
      if (broken.length === 0) break;
      for (const name of broken) await ctx.store.discard(name);
      const what = `${describe(broken)} of the store is damaged`;
      if (attempts === mostAttempts) throw new StoreError(what, { hint: "is the disk failing?" });
      ctx.log.warn(`${what}: making it again`);
    }
  }
}

/** Objects as a user may look for them. */
export function describe(names: readonly ObjectName[]): string {
  return names.map(({ kind, digest }) => `the ${kind} ${digest.slice(0, 19)}`).join(", ");
}
