import { resolve } from "node:path";
import { InputError } from "../errors.ts";
import { type Ref, refSchema, refsIn } from "../plan/ref.ts";
import type { Context, Resource } from "../resource.ts";
import { exportObject } from "../store/export.ts";
import { exportDrift, recordExport, removeExport } from "../store/export-state.ts";
import { removeRoot, writeRoot } from "../store/roots.ts";
import { tidy } from "../store/tidy.ts";
import { causeOf } from "./cause.ts";
import { parsedInputs } from "./diff.ts";
import { ensure } from "./ensure.ts";
import { damagedBelow, demandSound, describe } from "./verify.ts";

type Values = Record<string, unknown>;

/** Creates or updates: one flow, whatever was there before. Outputs do not repeat the inputs. */
export async function put(
  resource: Resource,
  inputs: Values,
  ctx: Context,
  previous?: Values,
): Promise<Values> {
  const plan = await planNow(resource, inputs, ctx);
  if (resource.remote) await demandSound(refsIn(plan), ctx);
  const outputs = resource.remote
    ? await resource.remote.put(plan, ctx, previous as never)
    : await ensure(
        resource,
        plan,
        {
          ...ctx,
          secrets: secretsOf(resource, inputs),
          previous: previous && artefactOf(previous),
        },
        { secret: inputs.__secret === true },
      );
  await writeRoot(ctx.store, ctx.owner, refsIn(outputs), causeOf(resource, inputs, previous));
  const destination = exportPath(inputs, ctx);
  const artefact = artefactOf(outputs);
  if (destination && artefact) {
    await ctx.materialise(artefact);
    await exportObject(ctx.store, artefact, destination, exportOptions(ctx));
    await recordExport(ctx.store, artefact, destination, ctx.owner);
  }
  if (previous && exportPath(previous, ctx) !== destination) await dropExport(previous, ctx);
  await tidyUp(ctx);
  return outputs as Values;
}

function secretsOf({ secrets = [] }: Resource, inputs: Values): Values {
  return Object.fromEntries(secrets.map((name) => [name, inputs[name]]));
}

/** What the inputs and the files that they name lead to. */
export async function planNow(resource: Resource, inputs: Values, ctx: Context): Promise<unknown> {
  return resource.plan((await observedNow(resource, known(resource, inputs), ctx)) as never);
}

/** The resource is made by now: trouble with what others left must not lose it. */
async function tidyUp({ store, signal, log }: Context): Promise<void> {
  try {
    const gone = await tidy(store, signal);
    if (gone?.removed)
      log.info(`${Math.round(gone.bytes / 1e6)} MB of unused artefacts removed from the store`);
  } catch (error) {
    log.warn(`The store was not tidied: ${error instanceof Error ? error.message : error}`);
  }
}

/** What a refresh finds: undefined when a remote object is surely gone. A local artefact that is missing is a cache miss, not drift. */
export async function read(
  resource: Resource,
  state: Values,
  ctx: Context,
): Promise<Values | undefined> {
  if (!resource.remote) {
    const drift = (await localDrift(state, ctx)) ?? (await hiddenDamage(state, ctx));
    return { ...state, drift: drift ?? "" };
  }
  const inputs = parsedInputs(resource, state);
  if (!inputs) return state;
  const found = await resource.remote.find(state as never, resource.plan(inputs as never), ctx);
  return found && { ...state, ...found };
}

/** What only reading every byte tells; the next update makes it again. */
async function hiddenDamage(state: Values, ctx: Context): Promise<string | undefined> {
  const artefact = artefactOf(state);
  const broken = artefact ? await damagedBelow(artefact, ctx) : [];
  for (const name of broken) await ctx.store.discard(name);
  return broken.length > 0 ? `${describe(broken)} is damaged` : undefined;
}

/** Removes what a resource has outside the store, and its claim on objects inside. */
export async function remove(resource: Resource, state: Values, ctx: Context): Promise<void> {
  const inputs = parsedInputs(resource, state);
  if (resource.remote && inputs)
    await resource.remote.remove(state as never, resource.plan(inputs as never), ctx);
  await dropExport(state, ctx);
  await removeRoot(ctx.store, ctx.owner);
}

async function dropExport(state: Values, ctx: Context): Promise<void> {
  const destination = exportPath(state, ctx);
  const artefact = artefactOf(state);
  if (destination && artefact) await removeExport(ctx.store, artefact, destination, ctx.owner);
}

/** Why what is on this machine is not what the state says; undefined when it is. */
export async function localDrift(state: Values, ctx: Context): Promise<string | undefined> {
  const destination = exportPath(state, ctx);
  const artefact = artefactOf(state);
  if (destination && artefact) {
    const drift = await exportDrift(ctx.store, artefact, destination);
    if (drift) return `exportTo: ${drift}`;
  }
  for (const { kind, digest } of artefact ? [artefact] : [])
    if ((await ctx.store.condition({ kind, digest })) === "damaged")
      return `the ${kind} is damaged`;
  return undefined;
}

function known(resource: Resource, inputs: Values): Values {
  const parsed = parsedInputs(resource, inputs);
  if (!parsed)
    throw new InputError([{ property: resource.name, reason: "its inputs are not valid" }]);
  return parsed;
}

/** What is built is what is there, also where ignoreChanges keeps an old hash in the inputs: it must not name the result. */
async function observedNow(resource: Resource, inputs: Values, ctx: Context): Promise<Values> {
  const { observed, ...given } = inputs;
  return { ...inputs, ...(await resource.observe?.(given as never, ctx, { observed } as never)) };
}

function exportPath(inputs: Values, ctx: Context): string | undefined {
  return typeof inputs.exportTo === "string" && inputs.exportTo !== ""
    ? resolve(ctx.cwd, inputs.exportTo)
    : undefined;
}

function artefactOf(outputs: Values): Ref | undefined {
  const result = refSchema.safeParse(outputs.ref);
  return result.success ? result.data : undefined;
}

function exportOptions(ctx: Context) {
  return { signal: ctx.signal, progress: (text: string) => ctx.log.progress(text) };
}
