import * as pulumi from "@pulumi/pulumi";

/** What the base class must know of a resource. */
export interface Declaration {
  /** Name in the type token, and for the provider. */
  readonly type: string;
  /** Properties that the provider fills in. */
  readonly outputs: readonly string[];
  /** Inputs that are encrypted in the state. */
  readonly secrets?: readonly string[];
  /** Whether an input `seed` defaults to the project's and the resource's name. */
  readonly seeded?: boolean;
}

/** A resource that the package itself provides, inside the program's own `pulumi up`: no plugin to install. */
export class BootwrightResource extends pulumi.dynamic.Resource {
  constructor(
    { type, outputs, secrets = [], seeded = false }: Declaration,
    name: string,
    args: object,
    opts: pulumi.CustomResourceOptions = {},
  ) {
    const unset = Object.fromEntries(outputs.map((output) => [output, undefined]));
    const given = Object.entries(args).map(([key, value]) => [key, wholeIfSecret(value)]);
    const props: Record<string, unknown> = { ...unset, ...Object.fromEntries(given) };
    for (const key of secrets) if (props[key] !== undefined) props[key] = pulumi.secret(props[key]);
    // Never the stack: dev and prod share bytes.
    if (seeded) props.seed ??= `${pulumi.getProject()}/${name}`;
    props.__urn = withoutDependencies(
      pulumi.createUrn(name, `pulumi-nodejs:dynamic/bootwright:${type}`, opts.parent),
    );
    // A provider gets secrets in clear: it must be told to keep what it is given out of its outputs.
    props.__secret = pulumi.isSecret(pulumi.output(args)).then((secret) => secret || undefined);
    // What the plugin made is taken over as it is.
    const before = { aliases: [{ type: `bootwright:index:${type}` }] };
    const merged = pulumi.mergeOptions(before, opts);
    super(providerOf(type), name, props, merged, "bootwright", type);
  }
}

/** Pulumi encrypts what a provider gives back where an input is secret as a whole, and forgets a secret inside a list. */
function wholeIfSecret(value: unknown): unknown {
  if (value === null || typeof value !== "object" || pulumi.Output.isInstance(value)) return value;
  return pulumi
    .isSecret(pulumi.output(value))
    .then((secret) => (secret ? pulumi.secret(value) : value));
}

/** A URN depends on its parent, and a component on all its children: a child that waited for it would wait for itself. */
function withoutDependencies(urn: pulumi.Output<string>): Promise<string> {
  return new Promise((resolve) => void urn.apply(resolve));
}

const providers = new Map<string, pulumi.dynamic.ResourceProvider>();

/** One provider for each type: Pulumi writes its text into the state, once for each object that it meets. */
function providerOf(type: string): pulumi.dynamic.ResourceProvider {
  const provider = providers.get(type) ?? delegatesFor(type);
  providers.set(type, provider);
  return provider;
}

/** The text of these functions and the module that they load are in the state of every user: both are permanent. */
function delegatesFor(type: string): pulumi.dynamic.ResourceProvider {
  const delegates = {
    check: async (...args: unknown[]) =>
      (await import("bootwright/dynamic")).call(type, "check", args),
    diff: async (...args: unknown[]) =>
      (await import("bootwright/dynamic")).call(type, "diff", args),
    create: async (...args: unknown[]) =>
      (await import("bootwright/dynamic")).call(type, "create", args),
    update: async (...args: unknown[]) =>
      (await import("bootwright/dynamic")).call(type, "update", args),
    read: async (...args: unknown[]) =>
      (await import("bootwright/dynamic")).call(type, "read", args),
    delete: async (...args: unknown[]) =>
      (await import("bootwright/dynamic")).call(type, "delete", args),
  };
  return delegates as pulumi.dynamic.ResourceProvider;
}
