import { existsSync, readdirSync, readFileSync } from "node:fs";
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

/** How to boot the disk by hand, and what to edit next. */
export function nextSteps(disk: unknown): string[] {
  return [
    "",
    "To boot it by hand (apt-get install qemu-system-x86; Ctrl-A X ends it; the disk is left as it is):",
    `  qemu-system-x86_64 -m 1024 -nographic -snapshot -nic user,hostfwd=tcp:127.0.0.1:8080-:80 -drive if=virtio,format=raw,file=${disk}`,
    "  then log in as root, and ask http://127.0.0.1:8080/ for its page",
    "",
    "To see what a change reaches: edit examples/debian-server/site/index.html and run npm start again",
    "",
  ];
}

type Changes = Readonly<Record<string, number>>;

async function lastChanges(pulumi: Pulumi): Promise<Changes> {
  const text = await pulumi("stack", "history", "--json", "--page-size", "1", "--stack", stack);
  const [last] = JSON.parse(text) as { resourceChanges?: Changes }[];
  return last?.resourceChanges ?? {};
}

/** What the update did, in one line. */
export function formatChanges({ same = 0, ...others }: Changes): string {
  const done = Object.entries(others).map(([operation, count]) => `${count} ${operation}`);
  if (done.length === 0) return "Nothing had changed: nothing was built, booted or sent.";
  return `Done: ${done.join(", ")}; ${same} left as they were.`;
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

/** The example whose project is the repository itself. */
const ownExample = "debian-server";

/** What set-up brings is enough for a program in TypeScript without packages of its own. */
function isSelfContained(folder: string): boolean {
  const project = readFileSync(join(folder, "Pulumi.yaml"), "utf8");
  return project.includes("nodejs") && !existsSync(join(folder, "package.json"));
}

/** The folder of an example's project. */
export function projectFolder(example: string = ownExample): string {
  const hasProject = (folder: string) => existsSync(join(folder, "Pulumi.yaml"));
  // As somebody types it who has completed the folder's name.
  const name = example.replace(/^(\.?\/)?examples\//, "").replace(/\/$/, "");
  if (name === ownExample) {
    if (hasProject(root)) return root;
    throw new SetupError("There is no Pulumi.yaml in the repository", "git checkout Pulumi.yaml");
  }
  const examples = join(root, "examples");
  const names = readdirSync(examples).filter((name) => hasProject(join(examples, name)));
  const started = names.filter((name) => isSelfContained(join(examples, name)));
  if (started.includes(name)) return join(examples, name);
  if (names.includes(name))
    throw new SetupError(
      `The example ${name} needs more than npm start sets up`,
      `examples/${name}/README.md says how to run it`,
    );
  const all = [ownExample, ...started].join(", ");
  throw new SetupError(`There is no example "${name}"`, `npm start NAME, of ${all}`);
}

/**
 * Runs a program and says what it gave: the main job, which is the repository's own, or an example by its name.
 * Resolves to the exit code.
 */
export async function start(
  env: Readonly<Record<string, string>>,
  example?: string,
): Promise<number> {
  const folder = projectFolder(example);
  const all: Record<string, string> = { ...env };
  const pulumi: Pulumi = (...args) => run(["pulumi", ...args], { cwd: folder, env: all });
  await runStep("Pulumi stack", async () => {
    const backend = setUpBackend();
    Object.assign(all, backend.env);
    await pulumi("stack", "select", "--create", stack);
    return `${stack}, ${backend.result}`;
  });
  if (folder === root) await runStep("Cloud", (say) => setUpCloud(pulumi, say));
  const update = ["pulumi", "--cwd", folder, "up", "--yes", "--stack", stack] as const;
  print(`\n${update.join(" ")}`);
  const exitCode = await runForeground(update, all);
  if (exitCode !== 0) return exitCode;
  const outputs = await pulumi("stack", "output", "--json", "--stack", stack);
  const values = JSON.parse(outputs) as Record<string, unknown>;
  print("The machine:");
  const next = folder === root ? nextSteps(values.disk) : ["", `See ${join(folder, "README.md")}`];
  for (const line of [...formatOutputs(values), ...next]) print(line);
  print(formatChanges(await lastChanges(pulumi)));
  return 0;
}
