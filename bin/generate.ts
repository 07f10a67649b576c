import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { execaSync } from "execa";
import { resources } from "../provider/flow/index.ts";
import { functions } from "../provider/functions/index.ts";
import {
  type About,
  nodePluginSdkText,
  nodeSdkText,
  schemaText,
  withMachine,
} from "../provider/schema.ts";

const root = join(import.meta.dirname, "..");

/** The generated files by their path in the repository. */
export function generatedFiles(): Readonly<Record<string, string>> {
  const about = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as About;
  const sources = {
    "sdk/nodejs/resources.ts": nodeSdkText(resources),
    "sdk/nodejs/plugin-resources.ts": nodePluginSdkText(resources),
  };
  return {
    "schema.json": schemaText(resources, about, { functions, withComponents: withMachine }),
    ...Object.fromEntries(
      Object.entries(sources).map(([path, text]) => [path, formatted(path, text)]),
    ),
  };
}

function formatted(path: string, text: string): string {
  const biome = join(root, "node_modules/.bin/biome");
  const options = { cwd: root, input: text, stripFinalNewline: false };
  return execaSync(biome, ["check", "--write", `--stdin-file-path=${path}`], options).stdout;
}

if (import.meta.main)
  for (const [path, text] of Object.entries(generatedFiles()))
    writeFileSync(join(root, path), text);
