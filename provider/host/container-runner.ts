import { randomUUID } from "node:crypto";
import {
  type ContainerFrame,
  endExecArguments,
  execArguments,
  runArguments,
} from "./container-argv.ts";
import { askUntil, removalSeconds, removeContainer, startDocker } from "./docker.ts";
import { type ContainerUser, containerUser, type Engine } from "./engine.ts";
import { containerLabels, lifetimeSeconds } from "./reap.ts";
import { runToEnd } from "./run-to-end.ts";
import { giveStage } from "./stage-owner.ts";
import type { Runner, RunningTool, ToolboxName, ToolStep } from "./tool.ts";
import type { Toolbox } from "./toolbox.ts";

/** What the containers of a store have in common. */
export interface ContainerWorld {
  readonly engine: Engine;
  /** Opens a toolbox; the usual one has no name. */
  readonly openToolbox: (name?: ToolboxName) => Promise<Toolbox>;
  readonly storeRoot: string;
}

/** What runs tools. */
export type Steps = Pick<Runner, "kind" | "run" | "start">;

/** Runs each step in a container of its own, made from its toolbox. */
export function containerRunner(world: ContainerWorld): Steps {
  const caller = { uid: process.getuid?.() ?? 0, gid: process.getgid?.() ?? 0 };
  const user = containerUser(world.engine, caller);
  const start: Runner["start"] = async (step, { signal } = {}) => {
    if (user.stageOwner && step.writes) await giveStage(step.writes, user.stageOwner);
    const { imageId } = await world.openToolbox(step.toolbox);
    const frame: ContainerFrame = {
      name: `bootwright-${randomUUID()}`,
      image: imageId,
      storeRoot: world.storeRoot,
      userFlags: user.flags,
      labels: await containerLabels(world.storeRoot),
      lifetimeSeconds,
    };
    // Nothing is awaited between this and the listener that ends the container.
    signal?.throwIfAborted();
    return startContainer(frame, step, { user, caller, signal });
  };
  const steps: Steps = {
    kind: "container",
    start,
    run: (step, options) => runToEnd(steps, step, options),
  };
  return steps;
}

function startContainer(
  frame: ContainerFrame,
  step: ToolStep,
  options: {
    user: ContainerUser;
    caller: { uid: number; gid: number };
    signal: AbortSignal | undefined;
  },
): RunningTool {
  const client = startDocker(runArguments(frame, step));
  let removal: Promise<void> | undefined;
  const remove = () => {
    removal ??= removeContainer(frame.name, client);
    return removal;
  };
  // Who waits for the step hears why its container could not be removed: a listener's rejection would end this process.
  const abort = () => void remove().catch(() => {});
  options.signal?.addEventListener("abort", abort, { once: true });
  const ended = client.ended.then(async (end) => {
    options.signal?.removeEventListener("abort", abort);
    // Only root gives a stage away, and can use what it does not get back.
    if (options.user.stageOwner && step.writes)
      await giveStage(step.writes, options.caller).catch(() => {});
    return end;
  });
  return {
    stdin: client.stdin,
    stdout: client.stdout,
    stderr: client.stderr,
    ended,
    beside: (other) => startBeside(frame.name, other),
    stop: async () => {
      await remove();
      await ended;
    },
  };
}

function startBeside(container: string, step: ToolStep): RunningTool {
  const mark = randomUUID();
  const client = startDocker(execArguments(container, mark, step));
  return {
    stdin: client.stdin,
    stdout: client.stdout,
    stderr: client.stderr,
    ended: client.ended,
    beside: (other) => startBeside(container, other),
    stop: async () => {
      await askUntil(Date.now() + removalSeconds * 1000, endExecArguments(container, mark));
      client.kill();
      await client.ended;
    },
  };
}
