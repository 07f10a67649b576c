import type { Field, PackageModel, Shape } from "./model.ts";

/** A Pulumi package schema, as far as this package uses it (pulumi.com/docs/iac/extending-pulumi/schema). */
export type PackageSchema = Record<string, unknown>;

/** The Pulumi package schema of a model. */
export function packageSchema(
  model: PackageModel,
  configuration: readonly Field[],
  about: { readonly name: string; readonly version: string; readonly description: string },
): PackageSchema {
  const token = (name: string) => `${about.name}:index:${name}`;
  const properties = (fields: readonly Field[]) =>
    Object.fromEntries(fields.map((field) => [field.name, property(field, token)]));
  const required = (fields: readonly Field[]) =>
    fields.filter((field) => field.required).map(({ name }) => name);
  const objects = [...model.objects].map(([name, { description, fields }]) => [
    token(name),
    {
      description,
      type: "object",
      properties: properties(fields),
      required: required(fields),
    },
  ]);
  const enums = [...model.enums].map(([name, { description, values }]) => [
    token(name),
    {
      description,
      type: "string",
      enum: values.map((value) => ({ name: enumMember(value), value })),
    },
  ]);
  const resources = model.resources.map(({ name, description, inputs, outputs, isComponent }) => [
    token(name),
    {
      description,
      ...(isComponent ? { isComponent } : {}),
      properties: properties(outputs),
      required: required(outputs),
      inputProperties: properties(inputs),
      requiredInputs: required(inputs),
    },
  ]);
  const functions = model.functions.map(({ name, description, inputs, outputs }) => [
    token(name),
    {
      description,
      inputs: { properties: properties(inputs), required: required(inputs) },
      outputs: { properties: properties(outputs), required: required(outputs) },
    },
  ]);
  return {
    ...about,
    displayName: "Bootwright",
    license: "Apache-2.0",
    keywords: ["pulumi", "category/infrastructure", "kind/native"],
    language: {
      python: { respectSchemaVersion: true, pyproject: { enabled: true } },
      go: { respectSchemaVersion: true },
    },
    config: { variables: properties(configuration) },
    provider: { inputProperties: properties(configuration) },
    types: Object.fromEntries([...objects, ...enums]),
    resources: Object.fromEntries(resources),
    functions: Object.fromEntries(functions),
  };
}

function property(field: Field, token: (name: string) => string): Record<string, unknown> {
  const isScalar = !["array", "map", "object", "resource"].includes(field.shape.kind);
  return {
    ...typeOf(field.shape, token),
    description: isScalar ? field.description : describeWithDefault(field),
    ...(isScalar && field.default !== undefined ? { default: field.default } : {}),
    ...(field.secret ? { secret: true } : {}),
    ...(field.replaces ? { willReplaceOnChanges: true } : {}),
    ...(field.plain ? { plain: true } : {}),
  };
}

function typeOf(shape: Shape, token: (name: string) => string): Record<string, unknown> {
  switch (shape.kind) {
    case "object":
    case "enum":
      return { $ref: `#/types/${token(shape.name)}` };
    case "resource":
      return { $ref: `#/resources/${token(shape.name)}` };
    case "array":
      return { type: "array", items: typeOf(shape.items, token) };
    case "map":
      return { type: "object", additionalProperties: { type: "string" } };
    default:
      return { type: shape.kind };
  }
}

/** A field's description, and its default where the text does not say it. */
export function describeWithDefault(field: Field): string {
  const { description, default: value } = field;
  if (value === undefined || /default/i.test(description)) return description;
  if (value === "" || (Array.isArray(value) && value.length === 0))
    return `${description} Default: none.`;
  const text = Array.isArray(value) ? value.map((v) => `\`${v}\``).join(", ") : `\`${value}\``;
  return `${description} Default: ${text}.`;
}

/** A value as an identifier: `linux/amd64` → `LinuxAmd64`. */
function enumMember(value: string): string {
  return value
    .split(/[^A-Za-z0-9]+/)
    .map((word) => word.charAt(0).toUpperCase() + word.slice(1))
    .join("");
}
