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
export class BootwrightResource extends pulumi.CustomResource {
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
    const token = `pulumi-nodejs:dynamic/bootwright:${type}`;
    props.__provider = providerText(type);
    props.__urn = withoutDependencies(pulumi.createUrn(name, token, opts.parent));
    // A provider gets secrets in clear: it must be told to keep what it is given out of its outputs, but for what is always secret.
    const others = Object.entries(args).filter(([key]) => !secrets.includes(key));
    props.__secret = pulumi.isSecret(pulumi.output(others)).then((secret) => secret || undefined);
    // What the plugin made is taken over as it is.
    const before = { aliases: [{ type: `bootwright:index:${type}` }] };
    super(token, name, props, pulumi.mergeOptions(before, opts));
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

const methods = ["check", "diff", "create", "update", "read", "delete"];

/**
 * The provider as Pulumi's dynamic resources have it in their state: the text of functions, here of ones that call the module which is named.
 * Pulumi would make the same text of the functions themselves, by a debugger and a compiler, in ten milliseconds for each type. It is in the
 * state of every user, and so permanent, as the name of the module is.
 */
function providerText(type: string): string {
  const wrapped = (number: number, scope: string, body: string) => `
function __f${number}() {
  return (function() {
    with({ ${scope}, this: undefined, arguments: undefined }) {

return ${body};

    }
  }).apply(undefined, undefined).apply(this, arguments);
}
`;
  const delegates = methods.map((method, i) =>
    wrapped(
      i + 1,
      `type: ${JSON.stringify(type)}`,
      `async (...args) => (await import("bootwright/dynamic")).call(type, "${method}", args)`,
    ),
  );
  const names = methods.map((method, i) => `${method}: __f${i + 1}`).join(", ");
  return [
    "exports.handler = __f0;\n\n",
    `var __provider = {${names}};\n`,
    ...delegates,
    wrapped(0, "provider: __provider", "() => provider"),
  ].join("");
}
