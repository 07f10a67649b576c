import { InputError } from "../errors.ts";
import { containerRunner } from "./container-runner.ts";
import { docker, dockerClient } from "./docker.ts";
import { parseEngine } from "./engine.ts";
import { hostRunner } from "./host-runner.ts";
import { probeStore } from "./probe.ts";
import { reap } from "./reap.ts";
import { reapProcesses } from "./started.ts";
import type { Runner, ToolboxName } from "./tool.ts";
import { openToolbox, type Toolbox } from "./toolbox.ts";
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

/** Probing costs a second: once per process and store. A failure is not kept, so that the next step tries again. */
function openOnce(kind: Runner["kind"], options: RunnerOptions): Promise<Runner> {
  const key = `${kind}\0${options.storeRoot}`;
  const known = opened.get(key);
  if (known) return known;
  const opening = kind === "host" ? openHost(options) : openContainer(options);
  opened.set(key, opening);
  opening.catch(() => opened.delete(key));
  return opening;
}

async function openHost({ storeRoot }: RunnerOptions): Promise<Runner> {
  await reapProcesses(storeRoot);
  return hostRunner(storeRoot);
}

async function openContainer({ storeRoot, signal, log }: RunnerOptions): Promise<Runner> {
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
  // Asked at once, as each takes the client 30 ms; what the engine says of itself is heard first, because it says best that there is none.
  const rest = Promise.all([reap(storeRoot), open()]);
  rest.catch(() => {});
  const info = await docker(["info", "--format", "{{json .}}"], {
    purpose: "to run tools in a container",
    ...stop,
  });
  const engine = parseEngine(info);
  await rest;
  const runner = containerRunner({ engine, openToolbox: open, storeRoot });
  const probed = once(() =>
    probeStore(runner, { storeRoot, engine, client: dockerClient(), ...stop }),
  );
  return {
    ...runner,
    run: async (step, rest) => probed().then(() => runner.run(step, rest)),
    start: async (step, rest) => probed().then(() => runner.start(step, rest)),
  };
}

/** Probes before the first step, not before a look at the tools' identity: an update that changes nothing starts no container. */
function once(probe: () => Promise<void>): () => Promise<void> {
  let running: Promise<void> | undefined;
  return () => {
    running ??= probe().catch((error: unknown) => {
      running = undefined;
      throw error;
    });
    return running;
  };
}
