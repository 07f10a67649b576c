import { setTimeout as delay } from "node:timers/promises";
import { MissingToolError, ToolError } from "../errors.ts";
import { failedTool } from "./failure.ts";
import { type HostProcess, type Outcome, readToEnd, startProcess } from "./process.ts";

/** The docker client: `$BOOTWRIGHT_DOCKER`, else `docker` on PATH. */
export function dockerClient(env: NodeJS.ProcessEnv = process.env): string {
  return env.BOOTWRIGHT_DOCKER || "docker";
}

/** Starts the docker client. */
export function startDocker(args: readonly string[]): HostProcess {
  return startProcess(dockerClient(), args);
}

/** Runs the docker client to its end and returns what it printed; `input` goes to its stdin. */
export async function docker(
  args: readonly string[],
  options: {
    purpose: string;
    input?: string;
    onLine?: (line: string) => void;
    signal?: AbortSignal;
  },
): Promise<string> {
  options.signal?.throwIfAborted();
  const running = startDocker(args);
  options.signal?.addEventListener("abort", running.kill);
  if (options.input !== undefined) running.stdin.write(options.input);
  const outcome = await readToEnd(running, options.onLine);
  options.signal?.removeEventListener("abort", running.kill);
  options.signal?.throwIfAborted();
  if (outcome.exitCode === 0) return outcome.stdout;
  const tool = dockerClient();
  if (outcome.exitCode === 127) throw missingDocker(tool, options.purpose);
  throw failedTool({ tool, args, purpose: options.purpose, package: "docker-cli" }, outcome);
}

/** True when the docker client reaches an engine, which answers within 10 s. */
export async function engineAnswers(): Promise<boolean> {
  const question = ["version", "--format", "{{.Server.Version}}"];
  const asked = await askUntil(Date.now() + answerSeconds * 1000, question);
  return asked?.exitCode === 0 && asked.stdout.trim() !== "";
}

const answerSeconds = 10;

function missingDocker(tool: string, purpose: string): MissingToolError {
  return new MissingToolError(`${tool} is needed ${purpose} but was not found`, {
    hint: "apt-get install docker.io docker-cli, or BOOTWRIGHT_RUNNER=host to use this machine's own tools",
  });
}

/** How long an engine may take to end what runs in a container. */
export const removalSeconds = 30;

/** Removes a container by name and returns once it is gone, even if the engine is just making or removing it. */
export async function removeContainer(name: string, client?: HostProcess): Promise<void> {
  const deadline = Date.now() + removalSeconds * 1000;
  let clientEnded = client === undefined;
  void client?.ended.then(() => {
    clientEnded = true;
  });
  for (;;) {
    const removed = await askUntil(deadline, ["rm", "--force", "--volumes", name]);
    const found = removed && (await askUntil(deadline, ["container", "inspect", name]));
    // While its client lives the container may not have been made yet.
    if (clientEnded && found && found.exitCode !== 0) return;
    if (!found || Date.now() > deadline) {
      client?.kill();
      throw new ToolError(`The container ${name} did not end within ${removalSeconds} s`, {
        hint: `docker rm --force ${name}`,
      });
    }
    await delay(50);
  }
}

/** What the docker client comes to; undefined where an engine that has lost track of a container lets it wait beyond the deadline. */
export async function askUntil(
  deadline: number,
  args: readonly string[],
): Promise<Outcome | undefined> {
  const asking = startDocker(args);
  let isLate = false;
  const timer = setTimeout(() => {
    isLate = true;
    asking.kill();
  }, deadline - Date.now());
  const outcome = await readToEnd(asking);
  clearTimeout(timer);
  return isLate ? undefined : outcome;
}
