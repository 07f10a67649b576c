import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import * as z from "zod";
import { generatedFiles } from "../../bin/generate.ts";
import { resources } from "../../provider/flow/index.ts";
import { functions } from "../../provider/functions/index.ts";
import { defineResource, type Resource } from "../../provider/resource.ts";
import { nodeSdkText, schemaText, withMachine } from "../../provider/schema.ts";

const root = join(import.meta.dirname, "../..");
const about = { name: "bootwright", version: "1.2.3", description: "Machines." };

interface Property {
  readonly type?: string;
  readonly $ref?: string;
  readonly description?: string;
  readonly items?: Property;
  readonly additionalProperties?: Property;
  readonly default?: unknown;
  readonly secret?: boolean;
  readonly willReplaceOnChanges?: boolean;
}
interface Type {
  readonly description?: string;
  readonly type?: string;
  readonly properties?: Readonly<Record<string, Property>>;
  readonly required?: readonly string[];
  readonly enum?: readonly { readonly name: string; readonly value: string }[];
}
interface ResourceSpec extends Type {
  readonly inputProperties: Readonly<Record<string, Property>>;
  readonly requiredInputs: readonly string[];
  readonly isComponent?: boolean;
}
interface Schema {
  readonly version: string;
  readonly types: Readonly<Record<string, Type>>;
  readonly resources: Readonly<Record<string, ResourceSpec>>;
}

/** The schema of one resource with one input; it makes nothing. */
function withInput(input: z.ZodType, more: Partial<Resource> = {}): Resource {
  const resource = defineResource({
    name: "Cake",
    description: "A cake.",
    version: 1,
    inputs: z.strictObject({ input }),
    outputs: z.strictObject({ slices: z.int().describe("How many.") }),
    plan: (given) => given,
  });
  return { ...(resource as unknown as Resource), ...more };
}

function inputOf(resource: Resource): Property | undefined {
  const schema = JSON.parse(schemaText([resource], about)) as Schema;
  return schema.resources["bootwright:index:Cake"]?.inputProperties.input;
}

describe("what is committed", () => {
  test.each(Object.entries(generatedFiles()))("%s is what is generated", (path, text) => {
    expect(readFileSync(join(root, path), "utf8"), "run: node bin/generate.ts").toBe(text);
  });

  // That all of it is what Pulumi's generator makes is for `npm run test:all`, which has the generator.
  test.each(["python", "go"])(
    "the SDK of %s says of every property what the schema says",
    (sdk) => {
      const { resources: found, types } = JSON.parse(
        readFileSync(join(root, "schema.json"), "utf8"),
      ) as Schema;
      const inOneLine = (text: string) => text.replace(/[\s/]+/g, " ").replaceAll("\\", "");
      const folder = join(root, "sdk", sdk);
      const text = readdirSync(folder, { recursive: true, encoding: "utf8" })
        .filter((file) => /\.(py|go)$/.test(file))
        .map((file) => inOneLine(readFileSync(join(folder, file), "utf8")))
        .join(" ");
      const properties = [
        ...Object.values(types).map((type) => type.properties),
        ...Object.values(found).flatMap((one) => [one.properties, one.inputProperties]),
      ].flatMap((of) => Object.values(of ?? {}));
      const unsaid = properties.filter(
        ({ description = "" }) => !text.includes(inOneLine(description)),
      );
      expect(properties.length).toBeGreaterThan(300);
      expect(unsaid, "run: npm run generate:sdks").toEqual([]);
    },
  );
});

describe("the package schema", () => {
  const schema = JSON.parse(
    schemaText(resources, about, { functions, withComponents: withMachine }),
  ) as Schema;
  const fields = [
    ...Object.entries(schema.resources).flatMap(([name, resource]) => [
      ...Object.entries(resource.inputProperties).map(
        ([key, p]) => [`${name} input ${key}`, key, p] as const,
      ),
      ...Object.entries(resource.properties ?? {}).map(
        ([key, p]) => [`${name} output ${key}`, key, p] as const,
      ),
    ]),
    ...Object.entries(schema.types).flatMap(([name, type]) =>
      Object.entries(type.properties ?? {}).map(([key, p]) => [`${name} ${key}`, key, p] as const),
    ),
  ];

  test("holds every resource, in the order of the flow, and the machine, in this package's version", () => {
    const names = [...resources.map(({ name }) => name), "Machine"];
    expect(Object.keys(schema.resources)).toEqual(names.map((name) => `bootwright:index:${name}`));
    expect(schema.version).toBe("1.2.3");
  });

  test("describes every resource, type and property", () => {
    for (const [name, type] of [
      ...Object.entries(schema.resources),
      ...Object.entries(schema.types),
    ])
      expect(type.description, name).toMatch(/\.$/);
    for (const [name, , property] of fields) expect(property.description, name).toMatch(/\.$/);
  });

  test("says only what every language can", () => {
    const sayable = (property: Property): boolean => {
      const [, part, name] = /^#\/(types|resources)\/(.*)/.exec(property.$ref ?? "") ?? [];
      if (name) return schema[part as "types" | "resources"][name] !== undefined;
      if (property.type === "array") return property.items !== undefined && sayable(property.items);
      if (property.type === "object") return property.additionalProperties?.type === "string";
      return ["string", "integer", "number", "boolean"].includes(property.type ?? "");
    };
    expect(fields.filter(([, , property]) => !sayable(property)).map(([name]) => name)).toEqual([]);
  });

  test("keeps Pulumi's own words free", () => {
    for (const { inputProperties, properties = {} } of Object.values(schema.resources))
      for (const name of ["id", "urn", "provider"])
        expect([...Object.keys(inputProperties), ...Object.keys(properties)]).not.toContain(name);
  });

  test("names every value of an enum as an identifier, once", () => {
    for (const [name, type] of Object.entries(schema.types)) {
      const names = (type.enum ?? []).map((value) => value.name);
      expect(new Set(names).size, name).toBe(names.length);
      for (const value of names) expect(value, name).toMatch(/^[A-Z][A-Za-z0-9]*$/);
    }
  });

  test("asks for what zod asks for, but never for a seed", () => {
    for (const resource of resources) {
      const spec = schema.resources[`bootwright:index:${resource.name}`];
      const required = Object.entries(resource.inputs.shape)
        .filter(
          ([key, field]) => key !== "seed" && !z.safeParse(field as z.ZodType, undefined).success,
        )
        .map(([key]) => key);
      expect(spec?.requiredInputs, resource.name).toEqual(required);
    }
  });

  test("marks what is secret and what makes a new resource", () => {
    const { inputProperties } = schema.resources["bootwright:index:AzurePageBlob"] as ResourceSpec;
    const marked = (mark: "secret" | "willReplaceOnChanges") =>
      Object.keys(inputProperties).filter((key) => inputProperties[key]?.[mark]);
    expect(marked("secret")).toEqual(["connectionString"]);
    expect(marked("willReplaceOnChanges")).toEqual(["accountUrl", "container", "prefix"]);
  });

  test("says a machine's inputs by those of its children, and lists its children", () => {
    const machine = schema.resources["bootwright:index:Machine"];
    const rootfs = schema.resources["bootwright:index:Rootfs"];
    expect(machine?.isComponent).toBe(true);
    expect(machine?.requiredInputs).toEqual(["source"]);
    expect(machine?.inputProperties.source).toEqual(rootfs?.inputProperties.source);
    expect(machine?.properties?.disk?.$ref).toBe("#/resources/bootwright:index:DiskImage");
    expect(machine?.required).not.toContain("blob");
    const azure = schema.types["bootwright:index:MachineAzure"];
    expect(azure?.properties?.connectionString?.secret).toBe(true);
    expect(azure?.properties).not.toHaveProperty("image");
  });

  test("leaves out what check computes", () => {
    const { inputProperties } = schema.resources["bootwright:index:Rootfs"] as ResourceSpec;
    expect(inputProperties).not.toHaveProperty("observed");
    expect(nodeSdkText(resources)).not.toContain("Computed:");
  });
});

describe("a schema says", () => {
  const described = (type: z.ZodType) => type.describe("It.");
  const named = z
    .strictObject({ at: z.int().describe("At.") })
    .meta({ id: "Spot", description: "A spot." });
  test.each<[string, z.ZodType, Property]>([
    ["text", z.string().min(1), { type: "string" }],
    ["whole numbers", z.int().min(2), { type: "integer" }],
    ["numbers", z.number(), { type: "number" }],
    ["a default", z.boolean().default(true), { type: "boolean", default: true }],
    [
      "a default list in words",
      z.array(z.string()).default(["a", "b"]),
      { type: "array", items: { type: "string" }, description: "It. Default: `a`, `b`." },
    ],
    [
      "strings by string",
      z.record(z.string(), z.string()),
      { type: "object", additionalProperties: { type: "string" } },
    ],
    [
      "a choice, as a type of its own",
      z.enum(["a", "b"]),
      { $ref: "#/types/bootwright:index:CakeInput" },
    ],
    [
      "a choice that is shared, under its own name",
      z.enum(["a", "b"]).meta({ id: "Choice", description: "A choice." }).default("a"),
      { $ref: "#/types/bootwright:index:Choice", default: "a" },
    ],
    ["a nested object, as a type of its own", named, { $ref: "#/types/bootwright:index:Spot" }],
    [
      "a list of nested objects",
      z.array(named),
      { type: "array", items: { $ref: "#/types/bootwright:index:Spot" } },
    ],
  ])("%s", (_title, type, expected) => {
    expect(inputOf(withInput(described(type)))).toEqual({ description: "It.", ...expected });
  });

  test.each<[string, z.ZodType, RegExp]>([
    ["a union", described(z.union([z.string(), z.int()])), /Cake\.input: .* cannot be said/],
    ["a tuple", described(z.tuple([z.string(), z.int()])), /Cake\.input: .* cannot be said/],
    ["null", described(z.string().nullable()), /Cake\.input: .* cannot be said/],
    ["a literal", described(z.literal("x")), /Cake\.input: .* cannot be said/],
    ["anything", described(z.unknown()), /Cake\.input: .* cannot be said/],
    ["a date", described(z.date()), /Cake\.input: .* cannot be said/],
    [
      "a map of anything else",
      described(z.record(z.string(), z.int())),
      /a map must be of strings/,
    ],
    ["an object without a name", described(z.strictObject({})), /needs \.meta\(\{ id \}\)/],
    ["no description", z.string(), /Cake\.input: has no description/],
    [
      "a nested property without one",
      described(z.strictObject({ at: z.int() }).meta({ id: "Spot", description: "A." })),
      /Spot\.at: has no description/,
    ],
  ])("never %s", (_title, type, message) => {
    expect(() => schemaText([withInput(type)], about)).toThrow(message);
  });

  test.each(["id", "urn"])("never a property of a resource called %s", (name) => {
    const outputs = z.strictObject({ [name]: z.string().describe("It.") });
    expect(() => schemaText([withInput(described(z.string()), { outputs })], about)).toThrow(
      `Cake.${name}`,
    );
  });

  test("never two shapes under one name", () => {
    const other = z
      .strictObject({ at: z.string().describe("At.") })
      .meta({ id: "Spot", description: "A spot." });
    const outputs = z.strictObject({ spot: described(other) });
    expect(() => schemaText([withInput(described(named), { outputs })], about)).toThrow(
      "Spot: this name has two shapes",
    );
  });
});
