import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { execaSync } from "execa";
import { resources } from "../provider/flow/index.ts";
import { type About, nodeSdkText, schemaText, withMachine } from "../provider/schema.ts";

const root = join(import.meta.dirname, "..");

/** The generated files by their path in the repository. */
export function generatedFiles(): Readonly<Record<string, string>> {
  const about = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as About;
  return {
    "schema.json": schemaText(resources, about, withMachine),
    "sdk/nodejs/resources.ts": formatted("sdk/nodejs/resources.ts", nodeSdkText(resources)),
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
