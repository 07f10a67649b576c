/** What a value of a property can be; nothing else can be said in every Pulumi language. */
export type Shape =
  | { readonly kind: "string" | "integer" | "number" | "boolean" }
  | { readonly kind: "enum" | "object"; readonly name: string }
  | { readonly kind: "array"; readonly items: Shape }
  /** Strings by string. */
  | { readonly kind: "map" }
  /** Another resource of the package. */
  | { readonly kind: "resource"; readonly name: string };

/** One property of a resource or of a nested object. */
export interface Field {
  readonly name: string;
  readonly description: string;
  readonly shape: Shape;
  readonly required: boolean;
  /** Value when it is left out; undefined for none. */
  readonly default?: unknown;
  /** Encrypted in the state. */
  readonly secret?: boolean;
  /** A change makes a new resource. */
  readonly replaces?: boolean;
  /** Never an output of another resource as a whole: what there is depends on it. */
  readonly plain?: boolean;
}

export interface ObjectType {
  readonly description: string;
  readonly fields: readonly Field[];
}

export interface EnumType {
  readonly description: string;
  readonly values: readonly string[];
}

export interface ResourceType {
  readonly name: string;
  readonly description: string;
  readonly inputs: readonly Field[];
  readonly outputs: readonly Field[];
  /** It has resources instead of a lifecycle of its own. */
  readonly isComponent?: boolean;
}

export type FunctionType = Pick<ResourceType, "name" | "description" | "inputs" | "outputs">;

/** Everything that users of the package can name, in the order of the flow and of first use. */
export interface PackageModel {
  readonly resources: readonly ResourceType[];
  readonly functions: readonly FunctionType[];
  readonly objects: ReadonlyMap<string, ObjectType>;
  readonly enums: ReadonlyMap<string, EnumType>;
}

/** Names of the objects that can be reached from some of the resources' properties. */
export function namesIn(
  model: PackageModel,
  fieldsOf: (resource: ResourceType) => readonly Field[],
): Set<string> {
  const names = new Set<string>();
  const visit = (shape: Shape): void => {
    if (shape.kind === "array") visit(shape.items);
    if (shape.kind !== "object" || names.has(shape.name)) return;
    names.add(shape.name);
    for (const field of model.objects.get(shape.name)?.fields ?? []) visit(field.shape);
  };
  for (const resource of model.resources)
    for (const field of fieldsOf(resource)) visit(field.shape);
  return names;
}
