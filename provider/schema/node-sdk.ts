import { type Field, namesIn, type PackageModel, type ResourceType, type Shape } from "./model.ts";
import { describeWithDefault } from "./package-schema.ts";

const docColumns = 96;

/** The classes and types of the TypeScript SDK, before formatting. */
export function nodeSdk(model: PackageModel): string {
  const asInput = namesIn(model, (resource) => resource.inputs);
  const asOutput = namesIn(model, (resource) => resource.outputs);
  const enums = [...model.enums].map(
    ([name, { description, values }]) =>
      `${doc(description)}export type ${name} = ${values.map((v) => JSON.stringify(v)).join(" | ")};\n`,
  );
  const objects = [...model.objects].flatMap(([name, { description, fields }]) => [
    ...(asOutput.has(name)
      ? [`${doc(description)}export interface ${name} {\n${members(fields, plain)}}\n`]
      : []),
    ...(asInput.has(name)
      ? [`${doc(description)}export interface ${name}Args {\n${members(fields, input)}}\n`]
      : []),
  ]);
  return [
    `${generated}import type * as pulumi from "@pulumi/pulumi";\n` +
      'import { BootwrightResource } from "./resource.ts";\n' +
      'import { pathInStore } from "./path-in-store.ts";\n',
    ...enums,
    ...objects,
    ...model.resources.flatMap((resource) => [
      `/** Inputs of {@link ${resource.name}}. */\n` +
        `export interface ${resource.name}Args {\n${members(resource.inputs, input)}}\n`,
      resourceClass(resource, "BootwrightResource"),
    ]),
  ].join("\n");
}

/** The same classes as the plugin serves them; their types are those of {@link nodeSdk}. */
export function nodePluginSdk(model: PackageModel): string {
  const classes = model.resources.map((resource) => resourceClass(resource, "PluginResource"));
  const used = new Set(classes.join("\n").match(/\b[A-Z]\w*\b/g));
  const types = [
    ...model.enums.keys(),
    ...model.objects.keys(),
    ...model.resources.map(({ name }) => `${name}Args`),
  ].filter((name) => used.has(name));
  return [
    `${generated}import type * as pulumi from "@pulumi/pulumi";\n` +
      'import { pathInStore } from "./path-in-store.ts";\n' +
      'import { PluginResource } from "./plugin-resource.ts";\n' +
      `import type { ${types.join(", ")} } from "./resources.ts";\n`,
    'export type * from "./resources.ts";\n',
    ...classes,
  ].join("\n");
}

const generated =
  "// Generated from the schemas of provider/flow by bin/generate.ts; not edited by hand.\n";

function resourceClass(resource: ResourceType, base: string): string {
  const { name, description, inputs, outputs } = resource;
  const declaration = [
    `type: ${JSON.stringify(name)}`,
    `outputs: [${outputs.map((field) => JSON.stringify(field.name)).join(", ")}]`,
    ...(inputs.some((field) => field.name === "seed") ? ["seeded: true"] : []),
    ...(inputs.some((field) => field.secret)
      ? [`secrets: [${inputs.filter((f) => f.secret).map((f) => JSON.stringify(f.name))}]`]
      : []),
  ];
  const isFile = hasFile(resource);
  const files = outputs.filter(isOtherFile);
  return [
    `${doc(description)}export class ${name} extends ${base} {`,
    ...outputs.map(
      (field) =>
        `${doc(describeWithDefault(field), "  ")}  declare readonly ${field.name}: pulumi.Output<${plain(field.shape)}${field.required ? "" : " | undefined"}>;`,
    ),
    ...(isFile ? [`${doc(pathDescription, "  ")}  readonly path: pulumi.Output<string>;`] : []),
    ...files.map(
      ({ name: file }) =>
        `${doc(otherPathDescription(file), "  ")}  readonly ${file}Path: pulumi.Output<string>;`,
    ),
    "",
    `  constructor(name: string, args: ${name}Args, opts?: pulumi.CustomResourceOptions) {`,
    `    super({ ${declaration.join(", ")} }, name, args, opts);`,
    ...(isFile ? ["    this.path = pathInStore(this.ref);"] : []),
    ...files.map(({ name: file }) => `    this.${file}Path = pathInStore(this.${file});`),
    "  }",
    "}",
    "",
  ].join("\n");
}

const pathDescription =
  "Where the image lies in the store of this machine; empty for a VHD, which is a view of its disk (`exportTo` writes it out). Computed when the program runs; in no state.";

/** A file besides the artefact that a resource is there for. */
function isOtherFile({ name, shape }: Field): boolean {
  return name !== "ref" && shape.kind === "object" && shape.name === "Ref";
}

function otherPathDescription(output: string): string {
  return `Where \`${output}\` lies in the store of this machine; empty for none. Computed when the program runs; in no state.`;
}

/** What can be exported is a file that the program can name too. */
function hasFile({ inputs, outputs }: ResourceType): boolean {
  const has = (fields: readonly Field[], name: string) => fields.some((f) => f.name === name);
  return has(inputs, "exportTo") && has(outputs, "ref") && !has(outputs, "path");
}

function members(fields: readonly Field[], typeOf: (shape: Shape) => string): string {
  return fields
    .map((field) => {
      const [mark, orNot] = field.required ? ["", ""] : ["?", " | undefined"];
      const text = doc(describeWithDefault(field), "  ");
      return `${text}  readonly ${field.name}${mark}: ${typeOf(field.shape)}${orNot};\n`;
    })
    .join("");
}

function input(shape: Shape): string {
  switch (shape.kind) {
    case "array":
      return `pulumi.Input<${input(shape.items)}[]>`;
    case "map":
      return "pulumi.Input<Record<string, pulumi.Input<string>>>";
    case "object":
      return `pulumi.Input<${shape.name}Args>`;
    default:
      return `pulumi.Input<${plain(shape)}>`;
  }
}

function plain(shape: Shape): string {
  switch (shape.kind) {
    case "array":
      return `${plain(shape.items)}[]`;
    case "map":
      return "Record<string, string>";
    case "object":
    case "enum":
      return shape.name;
    case "integer":
      return "number";
    default:
      return shape.kind;
  }
}

/** A JSDoc comment, wrapped. */
function doc(text: string, indent = ""): string {
  const safe = text.replaceAll("*/", "*\\/");
  if (indent.length + safe.length + 7 <= docColumns + 4) return `${indent}/** ${safe} */\n`;
  const lines: string[] = [];
  let line = "";
  for (const word of safe.split(" ")) {
    if (line && indent.length + 3 + line.length + 1 + word.length > docColumns) {
      lines.push(line);
      line = word;
    } else line = line ? `${line} ${word}` : word;
  }
  lines.push(line);
  return `${indent}/**\n${lines.map((l) => `${indent} * ${l}\n`).join("")}${indent} */\n`;
}
