import { InputError } from "../errors.ts";
import { containerRunner, type Steps } from "./container-runner.ts";
import { docker, dockerClient } from "./docker.ts";
import { parseEngine } from "./engine.ts";
import { hostRunner } from "./host-runner.ts";
import { probeOnce } from "./probe-once.ts";
import { reap } from "./reap.ts";
import { reapProcesses } from "./started.ts";
import type { Runner, ToolboxName } from "./tool.ts";
import { openToolbox, type Toolbox } from "./toolbox.ts";
import { toolboxIdentity } from "./toolbox-identity.ts";
import { untilAborted } from "./until-aborted.ts";

/** What a runner needs of its caller. */
export interface RunnerOptions {
  readonly storeRoot: string;
  readonly signal?: AbortSignal;
  readonly log?: { progress(text: string): void };
}

const opened = new Map<string, Promise<Runner>>();

/** The runner of `$BOOTWRIGHT_RUNNER` (`container`, the default, or `host`); looks at the engine when it first runs something. */
export async function openRunner(options: RunnerOptions): Promise<Runner> {
  const kind = process.env.BOOTWRIGHT_RUNNER || "container";
  if (kind !== "container" && kind !== "host")
    throw new InputError([
      { property: "BOOTWRIGHT_RUNNER", reason: `must be "container" or "host", not "${kind}"` },
    ]);
  // Others may wait for the same opening, so a signal ends the wait and not the opening.
  const ready = (signal?: AbortSignal) => untilAborted(openOnce(kind, options), signal);
  return {
    kind,
    run: async (step, rest) => (await ready(rest?.signal)).run(step, rest),
    start: async (step, rest) => (await ready(rest?.signal)).start(step, rest),
    identity: async (packages, toolbox) => (await ready()).identity(packages, toolbox),
  };
}

/** Once per process and store. A failure is not kept, so that the next step tries again. */
function openOnce(kind: Runner["kind"], options: RunnerOptions): Promise<Runner> {
  const key = `${kind}\0${options.storeRoot}`;
  const known = opened.get(key);
  if (known) return known;
  const opening = kind === "host" ? openHost(options) : Promise.resolve(openContainer(options));
  opened.set(key, opening);
  opening.catch(() => opened.delete(key));
  return opening;
}

async function openHost({ storeRoot }: RunnerOptions): Promise<Runner> {
  await reapProcesses(storeRoot);
  return hostRunner(storeRoot);
}

function openContainer({ storeRoot, signal, log }: RunnerOptions): Runner {
  const stop = signal ? { signal } : {};
  const progress = (text: string) => log?.progress(text);
  const toolboxes = new Map<ToolboxName | undefined, Promise<Toolbox>>();
  const open = (name?: ToolboxName): Promise<Toolbox> => {
    const opening =
      toolboxes.get(name) ?? openToolbox({ progress, ...stop, ...(name ? { name } : {}) });
    toolboxes.set(name, opening);
    opening.catch(() => toolboxes.delete(name));
    return opening;
  };
  const engine = once(() => openEngine({ storeRoot, openToolbox: open, ...stop }));
  const run: Runner["run"] = async (step, rest) => (await engine()).run(step, rest);
  return {
    kind: "container",
    run,
    start: async (step, rest) => (await engine()).start(step, rest),
    identity: async (packages, name) => {
      const toolbox = await open(name).catch(async (error: unknown) => {
        // The engine says best itself that there is none.
        await describeEngine(stop);
        throw error;
      });
      const world = { toolbox, storeRoot, ...(name ? { name } : {}) };
      return toolboxIdentity({ run }, world, packages);
    },
  };
}

/** What steps run with, opened before the first of them: a look at the tools' identity, and so an update that changes nothing, is spared it. */
async function openEngine({
  storeRoot,
  openToolbox: open,
  ...stop
}: {
  storeRoot: string;
  openToolbox: (name?: ToolboxName) => Promise<Toolbox>;
  signal?: AbortSignal;
}): Promise<Steps> {
  // Asked at once, as each takes the client 30 ms; what the engine says of itself is heard first, because it says best that there is none.
  const rest = Promise.all([reap(storeRoot), open()]);
  rest.catch(() => {});
  const engine = parseEngine(await describeEngine(stop));
  await rest;
  const steps = containerRunner({ engine, openToolbox: open, storeRoot });
  return probeOnce(steps, { storeRoot, engine, client: dockerClient(), ...stop });
}

function describeEngine(stop: { signal?: AbortSignal }): Promise<string> {
  return docker(["info", "--format", "{{json .}}"], {
    purpose: "to run tools in a container",
    ...stop,
  });
}

/** Does something when it is first asked for; a failure is not kept. */
function once<T>(work: () => Promise<T>): () => Promise<T> {
  let running: Promise<T> | undefined;
  return () => {
    running ??= work().catch((error: unknown) => {
      running = undefined;
      throw error;
    });
    return running;
  };
}
