import * as z from "zod";
import type { Question } from "../functions/function.ts";
import { canonicalJson } from "../plan/canonical.ts";
import type { Resource } from "../resource.ts";
import type { EnumType, Field, ObjectType, PackageModel, Shape } from "./model.ts";

type Node = z.core.JSONSchema.JSONSchema;

/** What a value of a reader's may hold besides limits, which only `check` knows. */
const limits = [
  ...["minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"],
  ...["minLength", "maxLength", "pattern", "format", "minItems", "maxItems"],
];
const spoken = ["type", "description", "default", ...limits];

/** Reads what a provider can be told: fields of plain values. */
export function readConfiguration(schema: z.ZodObject): Field[] {
  return readFields("provider", schema, "input", { objects: new Map(), enums: new Map() });
}

/** Reads the zod schemas of resources and functions into one model; throws where one says what some Pulumi language cannot. */
export function readModel(
  resources: readonly Resource[],
  functions: readonly Question[] = [],
): PackageModel {
  const reader = { objects: new Map<string, ObjectType>(), enums: new Map<string, EnumType>() };
  const read = resources.map((resource) => ({
    name: resource.name,
    description: resource.description,
    inputs: readInputs(resource, reader),
    outputs: readRoot(resource, "output", reader),
  }));
  const asked = functions.map(({ name, description, inputs, outputs }) => ({
    ...{ name, description },
    inputs: readFields(name, inputs, "input", reader),
    outputs: readFields(name, outputs, "output", reader),
  }));
  const model = { resources: read, functions: asked, ...reader };
  demandDistinctNames(model);
  return model;
}

interface Reader {
  readonly objects: Map<string, ObjectType>;
  readonly enums: Map<string, EnumType>;
}

function readInputs(resource: Resource, reader: Reader): Field[] {
  return readRoot(resource, "input", reader).map((field) => ({
    ...field,
    ...(field.name === "seed" ? seeded(field) : {}),
    ...(resource.secrets?.includes(field.name) ? { secret: true } : {}),
    ...(resource.replaceOn?.includes(field.name as never) ? { replaces: true } : {}),
  }));
}

/** A seed is never asked for: the SDK and the plugin fill it in. */
function seeded({ description }: Field): Partial<Field> {
  return {
    required: false,
    description: `${description} Default: \`PROJECT/NAME\` of this resource, the same in every stack.`,
  };
}

function readRoot(resource: Resource, io: "input" | "output", reader: Reader): Field[] {
  const schema = io === "input" ? resource.inputs : resource.outputs;
  return readFields(resource.name, schema, io, reader);
}

function readFields(
  owner: string,
  schema: z.ZodObject,
  io: "input" | "output",
  reader: Reader,
): Field[] {
  const root = z.toJSONSchema(schema, { io, unrepresentable: "any" }) as Node;
  // What check computes is an input for the diff's sake alone; nobody sets it.
  const given = Object.entries(propertiesOf(root)).filter(
    ([, node]) => io === "output" || !node.description?.startsWith("Computed:"),
  );
  for (const name of ["id", "urn"])
    if (given.some(([key]) => key === name))
      throw new Error(`${owner}.${name}: Pulumi keeps this name for itself`);
  return given.map(([name, node]) => readField(owner, name, node, root, root, reader));
}

function propertiesOf(node: Node): Record<string, Node> {
  return (node.properties ?? {}) as Record<string, Node>;
}

function readField(
  owner: string,
  name: string,
  node: Node,
  parent: Node,
  root: Node,
  reader: Reader,
): Field {
  const at = `${owner}.${name}`;
  if (!/^[a-z][A-Za-z0-9]*$/.test(name)) throw new Error(`${at}: must be a camelCase name`);
  if (!node.description) throw new Error(`${at}: has no description`);
  return {
    name,
    description: node.description,
    shape: readShape(at, node, root, reader),
    required: parent.required?.includes(name) ?? false,
    ...(node.default === undefined ? {} : { default: node.default }),
  };
}

function readShape(at: string, node: Node, root: Node, reader: Reader): Shape {
  if (node.$ref) return readReference(at, node.$ref, root, reader);
  switch (node.type) {
    case "string":
      return node.enum
        ? readEnum(at, enumName(at), node, `Values of \`${at}\`.`, reader)
        : scalar(at, node, "string");
    case "integer":
    case "number":
    case "boolean":
      return scalar(at, node, node.type);
    case "array":
      demandOnly(at, node, ["items"]);
      return { kind: "array", items: readShape(at, node.items as Node, root, reader) };
    case "object":
      return readMap(at, node);
    default:
      throw new Error(`${at}: ${JSON.stringify(node)} cannot be said in every language`);
  }
}

function scalar(at: string, node: Node, kind: "string" | "integer" | "number" | "boolean"): Shape {
  demandOnly(at, node, []);
  return { kind };
}

function readMap(at: string, node: Node): Shape {
  if (node.properties) throw new Error(`${at}: a nested object needs .meta({ id })`);
  demandOnly(at, node, ["propertyNames", "additionalProperties"]);
  const values = node.additionalProperties;
  if (typeof values !== "object" || values.type !== "string" || values.enum)
    throw new Error(`${at}: a map must be of strings`);
  return { kind: "map" };
}

function demandOnly(at: string, node: Node, more: readonly string[]): void {
  for (const key of Object.keys(node))
    if (!spoken.includes(key) && !more.includes(key))
      throw new Error(`${at}: "${key}" cannot be said in every language`);
}

function readReference(at: string, ref: string, root: Node, reader: Reader): Shape {
  const name = /^#\/\$defs\/([A-Z][A-Za-z0-9]*)$/.exec(ref)?.[1];
  const node = name === undefined ? undefined : (root.$defs?.[name] as Node | undefined);
  if (!name || !node) throw new Error(`${at}: ${ref} is no named type (PascalCase)`);
  if (!node.description) throw new Error(`${name}: has no description`);
  if (node.enum) return readEnum(at, name, node, node.description, reader);
  if (!node.properties) return readShape(at, node, root, reader);
  const fields = Object.entries(propertiesOf(node)).map(([key, property]) =>
    readField(name, key, property, node, root, reader),
  );
  agree(reader.objects, name, { description: node.description, fields });
  return { kind: "object", name };
}

function readEnum(
  at: string,
  name: string,
  node: Node,
  description: string,
  reader: Reader,
): Shape {
  demandOnly(at, node, ["enum"]);
  agree(reader.enums, name, { description, values: (node.enum ?? []) as string[] });
  return { kind: "enum", name };
}

/** `PartitionRequest.type` → `PartitionRequestType`. */
function enumName(at: string): string {
  return at.replace(/\.(.)/g, (_dot, first: string) => first.toUpperCase());
}

/** One name, one shape. */
function agree<T>(types: Map<string, T>, name: string, type: T): void {
  const known = types.get(name);
  if (known && canonicalJson(known) !== canonicalJson(type))
    throw new Error(`${name}: this name has two shapes`);
  if (!known) types.set(name, type);
}

function demandDistinctNames({ resources, objects, enums }: PackageModel): void {
  const names = [
    ...resources.flatMap(({ name }) => [name, `${name}Args`]),
    ...[...objects.keys()].flatMap((name) => [name, `${name}Args`]),
    ...enums.keys(),
  ];
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice) throw new Error(`${twice}: two types have this name`);
}
