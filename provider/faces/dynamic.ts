import "./heap.ts";
import { InputError, type InputProblem } from "../errors.ts";
import { checkInputs } from "../lifecycle/check.ts";
import { diffInputs } from "../lifecycle/diff.ts";
import { explain } from "../lifecycle/explain.ts";
import { madeWith } from "../lifecycle/made-with.ts";
import { localDrift, read, remove } from "../lifecycle/operate.ts";
import { fromWire } from "../lifecycle/wire.ts";
import type { Context, Resource } from "../resource.ts";
import { carried } from "./carried.ts";
import { make, sayFiles } from "./changed-files.ts";
import { hideSecrets } from "./hide-secrets.ts";
import { untilStopped } from "./interrupt.ts";
import { contextOf, newId, resourceOf } from "./resource-call.ts";

type Values = Record<string, unknown>;
type Method = "check" | "diff" | "create" | "update" | "read" | "delete";

/** Entry of the dynamic face: the closures in a stack's state call this module path and name, so both are permanent. */
export async function call(
  name: string,
  method: Method,
  given: readonly unknown[],
): Promise<unknown> {
  try {
    const resource = resourceOf(name);
    return await untilStopped((signal) =>
      methods[method](resource, fromWire(given) as never[], signal),
    );
  } catch (thrown) {
    const error = await explain(thrown);
    // Pulumi shows what a check throws twice, and a check failure once.
    if (method === "check" && error instanceof InputError)
      return { inputs: given[1], failures: failuresOf(error.problems, name, given[1] as Values) };
    // Pulumi prints the stack of what a provider throws; a user is told what happened, not where.
    if (error instanceof Error && process.env.BOOTWRIGHT_DEBUG === undefined) error.stack = "";
    if (error instanceof Error) error.message = carried(error.message);
    throw error;
  }
}

type Handler = (resource: Resource, args: never[], signal: AbortSignal) => Promise<unknown>;

const methods: Readonly<Record<Method, Handler>> = {
  async check(resource, [olds, news]: Values[], signal) {
    const { own, hidden } = split(news ?? {});
    const ctx = await contextFor(resource, hidden, signal);
    const { inputs, problems } = await checkInputs(resource, own, ctx, olds);
    if (problems.length > 0)
      return {
        inputs: { ...inputs, ...hidden },
        failures: failuresOf(problems, resource.name, hidden),
      };
    return {
      inputs: { ...inputs, ...hidden, madeWith: await madeWith(resource, inputs, ctx) },
      failures: [],
    };
  },

  async diff(resource, [_id, olds, news]: [string, Values, Values] | never[], signal) {
    const ctx = await contextFor(resource, olds ?? {}, signal);
    const { changed, replaces } = diffInputs(resource, olds ?? {}, news ?? {});
    if (changed.length > 0) await sayFiles(resource, olds ?? {}, news ?? {}, ctx);
    const drift = olds?.drift || (await localDrift(olds ?? {}, ctx));
    return { changes: changed.length > 0 || Boolean(drift), replaces, deleteBeforeReplace: false };
  },

  async create(resource, [inputs]: Values[], signal) {
    const id = newId(String(inputs?.__urn ?? ""), resource.name);
    const ctx = await contextFor(resource, inputs ?? {}, signal, id);
    const outputs = await make(resource, inputs ?? {}, ctx);
    return { id, outs: { ...inputs, ...outputs, drift: "" } };
  },

  async update(resource, [id, olds, news]: [string, Values, Values] | never[], signal) {
    const ctx = await contextFor(resource, news ?? {}, signal, id);
    return { outs: { ...news, ...(await make(resource, news ?? {}, ctx, olds)), drift: "" } };
  },

  async read(resource, [id, state]: [string, Values] | never[], signal) {
    const ctx = await contextFor(resource, state ?? {}, signal, id);
    const found = await read(resource, state ?? {}, ctx);
    return found ? { id, props: found } : {};
  },

  async delete(resource, [id, state]: [string, Values] | never[], signal) {
    await remove(resource, state ?? {}, await contextFor(resource, state ?? {}, signal, id));
  },
};

function failuresOf(problems: readonly InputProblem[], name: string, { __secret }: Values) {
  const { secrets } = resourceOf(name);
  return hideSecrets(problems, (input) => __secret === true || secrets?.includes(input) === true);
}

/** Separates a resource's inputs from what the face adds to them. */
function split(news: Values): { own: Values; hidden: Values } {
  const { __provider, __urn, __secret, ...own } = news;
  return { own, hidden: { __urn, ...(__secret === true ? { __secret } : {}) } };
}

function contextFor(
  resource: Resource,
  values: Values,
  signal: AbortSignal,
  instance?: string,
): Promise<Context> {
  return contextOf(resource, { urn: String(values.__urn ?? ""), instance, signal });
}
