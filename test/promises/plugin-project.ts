import { join } from "node:path";
import { makeProject, type Project } from "./project.ts";

const repository = join(import.meta.dirname, "..", "..");

/** The resources of the package by their tokens alone, as a language without an SDK sees them. */
const tokens = `import * as pulumi from "@pulumi/pulumi";
class Resource extends pulumi.CustomResource {
  constructor(type: string, outputs: string[], name: string, args: object, opts?: object) {
    const unset = Object.fromEntries(outputs.map((output) => [output, undefined]));
    super("bootwright:index:" + type, name, { ...unset, ...args }, opts);
  }
}
const make = (type: string, ...outputs: string[]) => class extends Resource {
  constructor(name: string, args: object, opts?: object) { super(type, outputs, name, args, opts); }
};
export const Rootfs = make("Rootfs", "ref", "sizing", "kernels");
export const Kernel = make("Kernel", "ref", "path");
export const Initramfs = make("Initramfs", "ref", "path");
export const PartitionLayout = make("PartitionLayout", "layout");
export const Bootloader = make("Bootloader", "installs", "blobs");
export const Filesystem = make("Filesystem", "ref");
export const DiskImage = make("DiskImage", "ref");
export const ConvertedImage = make("ConvertedImage", "ref");
`;

/** Where Pulumi finds the plugin. */
export const pluginEntry = `plugins: { providers: [{ name: bootwright, path: ${join(repository, "bin")} }] }\n`;

const modules = { dynamic: 'export * from "bootwright";\n', plugin: tokens };

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
