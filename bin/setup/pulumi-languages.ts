import { existsSync } from "node:fs";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { store } from "./paths.ts";
import { type Say, SetupError } from "./progress.ts";
import { buildLanguages, hasGo } from "./pulumi-build.ts";
import { run, tryRun } from "./run.ts";

/** Where set-up puts what Python and Go programs need, once per machine. */
const own = join(store, "tools/pulumi-languages");
const bin = join(own, "bin");
const venv = join(own, "venv");

/** Writes the SDKs of Python and Go from a schema: two arguments, the schema's file and a folder. */
export const sdkGenerator = join(bin, "bootwright-sdks");

const goHost = join(bin, "pulumi-language-go");

/** Builds Pulumi's hosts of Python and Go and the generator of SDKs, and installs Pulumi for Python; resolves to folders for PATH. */
export async function setUpLanguages(say: Say): Promise<string[]> {
  if (![sdkGenerator, goHost].every((file) => existsSync(file))) {
    if (!(await hasGo()))
      throw new SetupError(
        "There is no Go 1.25 or newer to build the hosts of Python and Go with",
        "install Go",
      );
    say(
      "building Pulumi's hosts of Python and Go with Go (some minutes, once per machine), for a test",
    );
    await buildLanguages(bin);
  }
  const python = join(venv, "bin/python3");
  if ((await tryRun([python, "-c", "import pulumi, parver"])) === undefined) {
    say("installing Pulumi for Python, for a test");
    await rm(venv, { recursive: true, force: true });
    const hint = "install python3 and python3-venv";
    await run(["python3", "-m", "venv", venv], { hint });
    await run([python, "-m", "pip", "install", "pulumi>=3.231,<4", "parver"], {
      hint: "check that pip reaches its package index",
    });
  }
  // Pulumi's host runs the first python3 on PATH.
  return [join(venv, "bin"), bin];
}
