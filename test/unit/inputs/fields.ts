import * as z from "zod";

export type Path = readonly (string | number)[];

/** A place in a resource's inputs; items of lists are looked at by their first, values of maps by `KEY`. */
export interface Place {
  readonly path: Path;
  readonly schema: z.ZodType;
  readonly required: boolean;
}

interface Definition {
  readonly type: string;
  readonly innerType?: z.ZodType;
  readonly element?: z.ZodType;
  readonly valueType?: z.ZodType;
  readonly shape?: Readonly<Record<string, z.ZodType>>;
  readonly checks?: readonly { readonly _zod: { readonly def: { readonly check: string } } }[];
}

function definitionOf(schema: z.ZodType): Definition {
  return schema._zod.def as unknown as Definition;
}

/** Every place below a schema, outermost first. */
export function placesIn(schema: z.ZodType, path: Path = []): Place[] {
  const { type, innerType, element, valueType, shape } = definitionOf(schema);
  if (innerType) return placesIn(innerType, path);
  const inside: [string | number, z.ZodType][] =
    type === "array"
      ? [[0, element as z.ZodType]]
      : type === "record"
        ? [["KEY", valueType as z.ZodType]]
        : Object.entries(shape ?? {});
  return inside.flatMap(([key, child]) => [
    {
      path: [...path, key],
      schema: unwrapped(child),
      required: type === "object" && !["optional", "default"].includes(definitionOf(child).type),
    },
    ...placesIn(child, [...path, key]),
  ]);
}

function unwrapped(schema: z.ZodType): z.ZodType {
  const { innerType } = definitionOf(schema);
  return innerType ? unwrapped(innerType) : schema;
}

/** What kind of value a place holds, in zod's words. */
export function kindOf({ schema }: Place): string {
  return definitionOf(schema).type;
}

/** Whether a place has limits that only its own function knows. */
export function hasOwnRule({ schema }: Place): boolean {
  return definitionOf(schema).checks?.some(({ _zod }) => _zod.def.check === "custom") ?? false;
}

/** A value of another type than the place holds. */
export function wrongType(place: Place): unknown {
  const wrong = { string: 7, enum: 7, number: "7", boolean: "yes", array: { 0: "x" }, object: "x" };
  return { ...wrong, record: ["x"] }[kindOf(place)];
}

const oddTexts = ["", " ", "no good\n", "\0", "relative", "/ends/", "http://", "Ä", "-"];

/** Values of the right type that the limits of a place do not allow. */
export function outOfDomain(place: Place, example: unknown): unknown[] {
  const limits = z.toJSONSchema(place.schema, { io: "input" }) as z.core.JSONSchema.JSONSchema;
  const { minimum, maximum, minLength, maxLength, pattern, minItems, maxItems } = limits;
  const items = Array.isArray(example) ? example : [];
  return [
    ...(limits.enum ? ["no such value"] : []),
    ...(limits.type === "integer" ? [1.5] : []),
    ...(minimum !== undefined && Number.isSafeInteger(minimum - 1) ? [minimum - 1] : []),
    ...(maximum !== undefined && Number.isSafeInteger(maximum + 1) ? [maximum + 1] : []),
    ...(minLength ? [""] : []),
    ...(maxLength === undefined ? [] : ["a".repeat(maxLength + 1)]),
    ...(pattern ? oddTexts.filter((text) => !new RegExp(pattern).test(text)).slice(0, 1) : []),
    ...(minItems ? [items.slice(0, minItems - 1)] : []),
    ...(maxItems === undefined ? [] : [Array.from({ length: maxItems + 1 }, () => items[0])]),
  ];
}

/** The value at a path; undefined where there is none. */
export function valueAt(value: unknown, [key, ...rest]: Path): unknown {
  if (key === undefined) return value;
  if (value === null || typeof value !== "object") return undefined;
  return valueAt((value as Record<string | number, unknown>)[key], rest);
}

/** A copy with another value at a path; undefined takes it away. */
export function withValue<T>(whole: T, path: Path, value: unknown): T {
  const copy = structuredClone(whole);
  const holder = valueAt(copy, path.slice(0, -1)) as Record<string | number, unknown>;
  const key = path.at(-1) as string | number;
  if (value === undefined) delete holder[key];
  else holder[key] = value;
  return copy;
}
