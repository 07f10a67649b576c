import { mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import ts from "typescript";
import { afterAll, beforeAll, expect, test } from "vitest";

const root = join(import.meta.dirname, "../../..");
const texts: string[] = [];
let folder = "";
let make: (type: string, name: string) => pulumi.Resource;

beforeAll(async () => {
  // As it is published: compiled by TypeScript, run by Node.
  folder = await mkdtemp(join(tmpdir(), "bootwright-text-"));
  await symlink(join(root, "node_modules"), join(folder, "node_modules"));
  const source = await readFile(join(root, "sdk/nodejs/resource.ts"), "utf8");
  const { outputText } = ts.transpileModule(source, {
    fileName: "resource.mts",
    compilerOptions: { target: ts.ScriptTarget.ES2023, module: ts.ModuleKind.NodeNext },
  });
  const file = join(folder, "resource.mjs");
  await writeFile(file, outputText);
  const { BootwrightResource } = createRequire(import.meta.url)(file);
  make = (type, name) => new BootwrightResource({ type, outputs: [] }, name, {});
  await pulumi.runtime.setMocks({
    newResource: ({ name, inputs }) => {
      texts.push(inputs.__provider);
      return { id: name, state: inputs };
    },
    call: () => ({}),
  });
});

afterAll(() => rm(folder, { recursive: true, force: true }));

async function textOf(type: string, name: string): Promise<string> {
  const { urn } = make(type, name);
  await new Promise((resolve) => urn.apply(resolve));
  return texts.at(-1) ?? "";
}

/** Functions that do what the text says, for Pulumi to write down. */
const functions = `import pulumi from "@pulumi/pulumi";
function delegatesFor(type) {
  return {
    check: async (...args) => (await import("bootwright/dynamic")).call(type, "check", args),
    diff: async (...args) => (await import("bootwright/dynamic")).call(type, "diff", args),
    create: async (...args) => (await import("bootwright/dynamic")).call(type, "create", args),
    update: async (...args) => (await import("bootwright/dynamic")).call(type, "update", args),
    read: async (...args) => (await import("bootwright/dynamic")).call(type, "read", args),
    delete: async (...args) => (await import("bootwright/dynamic")).call(type, "delete", args),
  };
}
export async function written(type) {
  const provider = delegatesFor(type);
  return (await pulumi.runtime.serializeFunction(() => provider)).text;
}
`;

test("it is what Pulumi itself writes for the functions of a dynamic resource", async () => {
  const file = join(folder, "functions.mjs");
  await writeFile(file, functions);
  const { written } = createRequire(import.meta.url)(file);
  expect(await textOf("Initramfs", "a")).toBe(await written("Initramfs"));
});

// Every user's state holds this text: one that differs shows up in the diff of every resource.
test("what the state holds of the provider is constant: the type, and the name of a module", async () => {
  const text = await textOf("Kernel", "a");
  const delegate = (number: number, method: string) => `
function __f${number}() {
  return (function() {
    with({ type: "Kernel", this: undefined, arguments: undefined }) {

return async (...args) => (await import("bootwright/dynamic")).call(type, "${method}", args);

    }
  }).apply(undefined, undefined).apply(this, arguments);
}
`;
  const methods = ["check", "diff", "create", "update", "read", "delete"];
  for (const [index, method] of methods.entries())
    expect(text).toContain(delegate(index + 1, method));
  expect(text.length).toBeLessThan(2048);
});

test("it is the same for every resource of a type", async () => {
  expect(await textOf("Kernel", "b")).toBe(await textOf("Kernel", "c"));
  expect(await textOf("Rootfs", "b")).toBe(
    (await textOf("Kernel", "b")).replaceAll('"Kernel"', '"Rootfs"'),
  );
});
