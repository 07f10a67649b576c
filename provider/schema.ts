import { configuration } from "./configuration.ts";
import type { Question } from "./functions/function.ts";
import type { Resource } from "./resource.ts";
import { withMachine } from "./schema/machine-model.ts";
import type { PackageModel } from "./schema/model.ts";
import { nodePluginSdk, nodeSdk } from "./schema/node-sdk.ts";
import { packageSchema } from "./schema/package-schema.ts";
import { plainEnums } from "./schema/plain-enums.ts";
import { readConfiguration, readModel } from "./schema/read-model.ts";

/** What package.json says of the package. */
export interface About {
  readonly name: string;
  readonly version: string;
  readonly description: string;
}

/** What is made of a package's resources: components, and functions about them. */
export interface More {
  readonly functions?: readonly Question[];
  readonly withComponents?: (model: PackageModel) => PackageModel;
}

/** The text of schema.json: the package as Pulumi's other languages see it. */
export function schemaText(
  resources: readonly Resource[],
  { name, version, description }: About,
  { functions = [], withComponents = (model) => model }: More = {},
): string {
  const model = plainEnums(withComponents(readModel(resources, functions)));
  const schema = packageSchema(model, readConfiguration(configuration), {
    name,
    version,
    description,
  });
  return `${JSON.stringify(schema, null, 2)}\n`;
}

/** The text of sdk/nodejs/resources.ts, before formatting. */
export function nodeSdkText(resources: readonly Resource[]): string {
  return nodeSdk(readModel(resources));
}

/** The text of sdk/nodejs/plugin-resources.ts, before formatting. */
export function nodePluginSdkText(resources: readonly Resource[]): string {
  return nodePluginSdk(readModel(resources));
}

export { withMachine };
