import { existsSync } from "node:fs";
import { join } from "node:path";
import { findPrograms, store } from "./paths.ts";
import { type Say, SetupError } from "./progress.ts";
import { buildYamlHost, hasGo } from "./pulumi-build.ts";

const program = "pulumi-language-yaml";

/** Where set-up puts a YAML host of its own, once per machine. */
const ownBin = join(store, "tools/pulumi-yaml/bin");

/** Finds what runs YAML programs beside the CLI, where releases have it, or on PATH, or builds it; resolves to a folder for PATH, if one is needed. */
export async function setUpYamlHost(cli: string, say: Say): Promise<string | undefined> {
  if (existsSync(join(cli, program)) || findPrograms(program).length > 0) return undefined;
  if (existsSync(join(ownBin, program))) return ownBin;
  if (!(await hasGo())) {
    throw new SetupError(
      `There is no ${program}, and no Go 1.25 or newer to build it with`,
      `put ${program} on PATH, or install Go`,
    );
  }
  say("building Pulumi's YAML host with Go (some minutes, once per machine), for a test");
  await buildYamlHost(ownBin);
  return ownBin;
}
