import * as pulumi from "@pulumi/pulumi";
import type { Declaration } from "./resource.ts";

/** A resource that the plugin provides; `plugins` in Pulumi.yaml says where that is. */
export class PluginResource extends pulumi.CustomResource {
  constructor(
    { type, outputs, secrets = [] }: Declaration,
    name: string,
    args: object,
    opts: pulumi.CustomResourceOptions = {},
  ) {
    const unset = Object.fromEntries(outputs.map((output) => [output, undefined]));
    const props: Record<string, unknown> = { ...unset, ...args };
    for (const key of secrets) if (props[key] !== undefined) props[key] = pulumi.secret(props[key]);
    // What a dynamic provider made is taken over as it is.
    const before = { aliases: [{ type: `pulumi-nodejs:dynamic/bootwright:${type}` }] };
    super(`bootwright:index:${type}`, name, props, pulumi.mergeOptions(before, opts));
  }
}
