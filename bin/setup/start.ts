import { existsSync } from "node:fs";
import { join } from "node:path";
import { setUpBackend } from "./backend.ts";
import { isEmulator, setUpEmulator } from "./emulator.ts";
import { runForeground } from "./foreground.ts";
import { root } from "./paths.ts";
import { print, runStep, type Say, SetupError } from "./progress.ts";
import { run } from "./run.ts";

const stack = "dev";

/** The program's setting that names the account to publish to. */
const setting = "azureConnectionString";

type Pulumi = (...args: string[]) => Promise<string>;

/** A stack's outputs as lines with their names in one column. */
export function formatOutputs(outputs: Readonly<Record<string, unknown>>): string[] {
  const width = Math.max(0, ...Object.keys(outputs).map((name) => name.length));
  return Object.entries(outputs).map(([name, value]) => {
    const text = typeof value === "string" ? value : JSON.stringify(value);
    return `  ${name.padEnd(width)}  ${text}`;
  });
}

/** Gives the stack an account to publish to: the emulator's, unless it has one already. */
async function setUpCloud(pulumi: Pulumi, say: Say): Promise<string> {
  const config = JSON.parse(await pulumi("config", "--show-secrets", "--json")) as Record<
    string,
    { value?: string }
  >;
  const entry = Object.entries(config).find(([name]) => name.endsWith(`:${setting}`));
  const present = entry?.[1].value;
  if (present !== undefined && !isEmulator(present)) return `the account of ${setting}`;
  const emulator = await setUpEmulator(say);
  if (present !== emulator) await pulumi("config", "set", "--secret", setting, emulator);
  return `Azurite, Azure's storage on this machine; it is left running (another account: pulumi config set --secret ${setting})`;
}

/** Runs the program at the root of the repository: the main job. Resolves to the exit code. */
export async function start(env: Readonly<Record<string, string>>): Promise<number> {
  if (!existsSync(join(root, "Pulumi.yaml"))) {
    throw new SetupError("There is no Pulumi.yaml in the repository", "git checkout Pulumi.yaml");
  }
  const all: Record<string, string> = { ...env };
  const pulumi: Pulumi = (...args) => run(["pulumi", ...args], { cwd: root, env: all });
  await runStep("Pulumi stack", async () => {
    const backend = setUpBackend();
    Object.assign(all, backend.env);
    await pulumi("stack", "select", "--create", stack);
    return `${stack}, ${backend.result}`;
  });
  await runStep("Cloud", (say) => setUpCloud(pulumi, say));
  print(`\npulumi up --yes --stack ${stack}`);
  const exitCode = await runForeground(["pulumi", "up", "--yes", "--stack", stack], all);
  if (exitCode !== 0) return exitCode;
  const outputs = await pulumi("stack", "output", "--json", "--stack", stack);
  print("The machine:");
  for (const line of formatOutputs(JSON.parse(outputs) as Record<string, unknown>)) print(line);
  return 0;
}
