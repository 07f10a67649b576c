import { join } from "node:path";
import { makeProject, type Project } from "./project.ts";

const repository = join(import.meta.dirname, "..", "..");

/** Where Pulumi finds the plugin. */
export const pluginEntry = `plugins: { providers: [{ name: bootwright, path: ${join(repository, "bin")} }] }\n`;

const modules = {
  dynamic: 'export * from "bootwright";\n',
  plugin: 'export * from "bootwright/plugin";\n',
};

/** A project whose program takes its resources from `./face.ts`: one face or the other. */
export function makeFaceProject(
  face: keyof typeof modules,
  program: string,
  files: Readonly<Record<string, string>>,
  env: Record<string, string> = {},
): Promise<Project> {
  const runtime = "runtime: { name: nodejs, options: { typescript: false } }";
  return makeProject(
    program,
    {
      ...files,
      "face.ts": modules[face],
      "Pulumi.yaml": `name: fixture\nmain: index.ts\n${runtime}\n${face === "plugin" ? pluginEntry : ""}`,
    },
    env,
  );
}
