import { chmod, copyFile, cp, mkdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { bundleFace } from "./bundle.ts";

const root = join(import.meta.dirname, "..");

const launcher = `#!/bin/sh
# What Pulumi starts as the plugin \`bootwright\`.
exec node "$(dirname "$(readlink -f "$0")")/plugin-main.js" "$@"
`;

/** Packs the plugin into a folder that needs nothing but Node, for \`pulumi plugin install --file\`. */
export async function packPlugin(folder: string): Promise<void> {
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  await bundleFace("plugin-main", folder);
  await writeFile(join(folder, "package.json"), '{ "type": "module" }\n');
  await copyFile(join(root, "schema.json"), join(folder, "schema.json"));
  await cp(join(root, "provider/host/toolbox"), join(folder, "toolbox"), { recursive: true });
  await writeFile(join(folder, "pulumi-resource-bootwright"), launcher);
  await chmod(join(folder, "pulumi-resource-bootwright"), 0o755);
}

if (import.meta.main) await packPlugin(process.argv[2] ?? join(root, "dist/plugin"));
