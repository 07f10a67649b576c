import { existsSync } from "node:fs";
import { join } from "node:path";
import { setUpBackend } from "./backend.ts";
import { setUpEmulator } from "./emulator.ts";
import { runForeground } from "./foreground.ts";
import { root } from "./paths.ts";
import { print, runStep, SetupError } from "./progress.ts";
import { run } from "./run.ts";

const stack = "dev";

/** A stack's outputs as lines with their names in one column. */
export function formatOutputs(outputs: Readonly<Record<string, unknown>>): string[] {
  const names = Object.keys(outputs).sort();
  const width = Math.max(0, ...names.map((name) => name.length));
  return names.map((name) => {
    const value = outputs[name];
    const text = typeof value === "string" ? value : JSON.stringify(value);
    return `  ${name.padEnd(width)}  ${text}`;
  });
}

/** Runs the program at the root of the repository: the main job. Resolves to the exit code. */
export async function start(env: Readonly<Record<string, string>>): Promise<number> {
  if (!existsSync(join(root, "Pulumi.yaml"))) {
    throw new SetupError("There is no Pulumi.yaml in the repository", "git checkout Pulumi.yaml");
  }
  const all: Record<string, string> = { ...env };
  await runStep("Pulumi backend", async () => {
    const backend = setUpBackend();
    Object.assign(all, backend.env);
    return backend.result;
  });
  await runStep("Cloud", async (say) => {
    all.BOOTWRIGHT_AZURITE = await setUpEmulator(say);
    return `Azurite at ${all.BOOTWRIGHT_AZURITE}, left running`;
  });
  const options = { cwd: root, env: all };
  await run(["pulumi", "stack", "select", "--create", stack], options);
  print(`\npulumi up --yes --stack ${stack}`);
  const exitCode = await runForeground(["pulumi", "up", "--yes", "--stack", stack], all);
  if (exitCode !== 0) return exitCode;
  const outputs = await run(["pulumi", "stack", "output", "--json", "--stack", stack], options);
  print("The machine:");
  for (const line of formatOutputs(JSON.parse(outputs) as Record<string, unknown>)) print(line);
  return 0;
}
