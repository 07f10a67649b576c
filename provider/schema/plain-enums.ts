import { type EnumType, type Field, namesIn, type PackageModel, type Shape } from "./model.ts";

/**
 * The model with enums only where nothing but a user gives the value: elsewhere they are strings, which list their values. A resource's output
 * is another one's input, and YAML assigns no enum to an enum (pulumi-yaml, pkg/pulumiyaml/analyser.go, isAssignable).
 */
export function plainEnums(model: PackageModel): PackageModel {
  const given = namesIn(model, (resource) => resource.outputs);
  const plain = (fields: readonly Field[]) => fields.map((field) => plainField(field, model.enums));
  const objects = [...model.objects].map(
    ([name, type]) =>
      [name, given.has(name) ? { ...type, fields: plain(type.fields) } : type] as const,
  );
  const resources = model.resources.map((resource) => ({
    ...resource,
    outputs: plain(resource.outputs),
  }));
  const used = new Set(
    [
      ...resources.flatMap(({ inputs }) => inputs),
      ...objects.flatMap(([, { fields }]) => fields),
    ].map(({ shape }) => enumIn(shape)),
  );
  return {
    ...model,
    resources,
    objects: new Map(objects),
    enums: new Map([...model.enums].filter(([name]) => used.has(name))),
  };
}

function plainField(field: Field, enums: PackageModel["enums"]): Field {
  const type = enums.get(enumIn(field.shape) ?? "");
  if (!type) return field;
  return {
    ...field,
    shape: plainShape(field.shape),
    description: `${field.description} ${valuesOf(type)}`,
  };
}

function plainShape(shape: Shape): Shape {
  if (shape.kind === "array") return { kind: "array", items: plainShape(shape.items) };
  return shape.kind === "enum" ? { kind: "string" } : shape;
}

function valuesOf({ values }: EnumType): string {
  return `One of ${values.map((value) => `\`${value}\``).join(", ")}.`;
}

/** The enum that a shape is, or is a list of. */
function enumIn(shape: Shape): string | undefined {
  if (shape.kind === "array") return enumIn(shape.items);
  return shape.kind === "enum" ? shape.name : undefined;
}
