import proto from "@pulumi/pulumi/proto/provider_pb.js";
import emptyProto from "google-protobuf/google/protobuf/empty_pb.js";
import { InputError, type InputProblem } from "../errors.ts";
import { changedProperties } from "../lifecycle/changed-properties.ts";
import { checkInputs } from "../lifecycle/check.ts";
import { diffInputs } from "../lifecycle/diff.ts";
import { foresee } from "../lifecycle/foresee.ts";
import { madeWith } from "../lifecycle/made-with.ts";
import { localDrift, read as refresh, remove } from "../lifecycle/operate.ts";
import type { Context, Resource } from "../resource.ts";
import { make, sayFiles } from "./changed-files.ts";
import { forDynamicFace } from "./handover.ts";
import "./heap.ts";
import { hideSecrets } from "./hide-secrets.ts";
import { untilStopped } from "./interrupt.ts";
import { checked, differing, read, write } from "./plugin-messages.ts";
import { contextOf, newId, resourceOf } from "./resource-call.ts";
import { withTimeout } from "./timeout.ts";

type Values = Record<string, unknown>;
type Request<T extends keyof typeof proto> = (typeof proto)[T] extends { prototype: infer R }
  ? R
  : never;

/** The methods of a provider (pulumi/provider.proto) that are about one resource. */
export const resourceMethods = {
  check: (request: Request<"CheckRequest">) =>
    withResource(request.getUrn(), {}, async (resource, ctx) => {
      const { values, secrets: told } = read(request.getNews());
      const secrets = secretsOf(resource, told);
      const given = { ...seedOf(resource, ctx), ...values };
      const refused = (inputs: Values, problems: readonly InputProblem[]) =>
        checked(
          write(inputs, secrets),
          hideSecrets(problems, (input) => secrets.has(input)),
        );
      try {
        const olds = read(request.getOlds()).values;
        const { inputs, problems } = await checkInputs(resource, given, ctx, olds);
        if (problems.length > 0) return refused(inputs, problems);
        const made = { madeWith: await madeWith(resource, inputs, ctx) };
        return checked(write({ ...inputs, ...made }, secrets), []);
      } catch (error) {
        if (error instanceof InputError) return refused(given, error.problems);
        throw error;
      }
    }),

  diff: (request: Request<"DiffRequest">) =>
    withResource(request.getUrn(), {}, async (resource, ctx) => {
      const olds = read(request.getOlds()).values;
      const news = read(request.getNews()).values;
      const { changed, replaces } = diffInputs(resource, olds, news);
      const changes = changedProperties(olds, news, changed).map((change) => ({
        ...change,
        isInput: true,
        replaces: replaces.some((name) => new RegExp(`^${name}\\b`).test(change.path)),
      }));
      if (changes.length === 0 && (olds.drift || (await localDrift(olds, ctx))))
        changes.push({ path: "drift", kind: "update", isInput: false, replaces: false });
      await sayFiles(resource, olds, news, ctx);
      return differing(changes, replaces);
    }),

  create: (request: Request<"CreateRequest">) => {
    const { values, secrets } = read(request.getProperties());
    const response = new proto.CreateResponse();
    const id = newId(request.getUrn(), "");
    const instance = request.getPreview() ? undefined : id;
    const limit = limitOf(request, "create");
    return withResource(request.getUrn(), { instance, limit }, async (resource, ctx) => {
      const inputs = markSecret(resource, values, secrets);
      const outputs = request.getPreview()
        ? await foresee(resource, inputs, ctx)
        : await make(resource, inputs, ctx);
      if (!request.getPreview()) response.setId(id);
      return response.setProperties(stateOf(resource, ctx, { ...values, ...outputs }, secrets));
    });
  },

  update: (request: Request<"UpdateRequest">) => {
    const { values, secrets } = read(request.getNews());
    const instance = request.getId();
    const limit = limitOf(request, "update");
    return withResource(request.getUrn(), { instance, limit }, async (resource, ctx) => {
      const inputs = markSecret(resource, values, secrets);
      const outputs = request.getPreview()
        ? await foresee(resource, inputs, ctx, { isUpdate: true })
        : await make(resource, inputs, ctx, read(request.getOlds()).values);
      return new proto.UpdateResponse().setProperties(
        stateOf(resource, ctx, { ...values, ...outputs }, secrets),
      );
    });
  },

  read: (request: Request<"ReadRequest">) => {
    const { values, secrets } = read(request.getProperties());
    const response = new proto.ReadResponse();
    const instance = request.getId();
    return withResource(request.getUrn(), { instance }, async (resource, ctx) => {
      if (Object.keys(values).length === 0) throw notImported(resource);
      const found = await refresh(resource, values, ctx);
      if (!found) return response;
      response.setId(request.getId());
      response.setInputs(request.getInputs());
      return response.setProperties(write(found, secretsOf(resource, secrets)));
    });
  },

  delete: (request: Request<"DeleteRequest">) => {
    const { values } = read(request.getProperties());
    const instance = request.getId();
    const limit = limitOf(request, "delete");
    return withResource(request.getUrn(), { instance, limit }, async (resource, ctx) => {
      await remove(resource, values, ctx);
      return new emptyProto.Empty();
    });
  },
};

/** Only an import, or a lookup by id, asks about a resource without its state. */
function notImported({ name }: Resource): Error {
  return new Error(
    `${name} cannot be imported, because what it makes follows from its inputs\n(declare it: pulumi up takes over what the store, the cache or the account already has)`,
  );
}

interface Terms {
  readonly instance?: string | undefined;
  readonly limit?: { readonly seconds: number; readonly name: string };
}

function withResource<T>(
  urn: string,
  { instance, limit }: Terms,
  work: (resource: Resource, ctx: Context) => Promise<T>,
): Promise<T> {
  const type = urn.split("::")[2]?.split("$").at(-1) ?? "";
  const resource = resourceOf(type.split(":").at(-1) ?? "", type);
  return untilStopped((stopped) =>
    withTimeout(stopped, limit, async (signal) =>
      work(resource, await contextOf(resource, { urn, instance, signal })),
    ),
  );
}

/** Never the stack: dev and prod share bytes. */
function seedOf(resource: Resource, { owner }: Context): Values {
  return "seed" in resource.inputs.shape ? { seed: `${owner.project}/${owner.name}` } : {};
}

/** The lifecycle is told that inputs are in clear but secret, to keep them out of recipes; what is always secret is in none anyway. */
function markSecret(resource: Resource, inputs: Values, secrets: ReadonlySet<string>): Values {
  const isOther = [...secrets].some((name) => !resource.secrets?.includes(name));
  return isOther ? { ...inputs, __secret: true } : inputs;
}

function secretsOf(resource: Resource, given: ReadonlySet<string>): Set<string> {
  return new Set([...given, ...(resource.secrets ?? [])]);
}

function stateOf(resource: Resource, { owner }: Context, values: Values, secrets: Set<string>) {
  const state = { ...values, drift: "", ...forDynamicFace(resource.name, owner.urn) };
  return write(state, secretsOf(resource, secrets));
}

function limitOf(request: { getTimeout(): number }, name: string) {
  return { seconds: request.getTimeout(), name: `customTimeouts.${name}` };
}
