import { openRunner } from "../host/open-runner.ts";
import { untilAborted } from "../host/until-aborted.ts";
import type { Ref } from "../plan/ref.ts";
import type { Context, Log, Owner } from "../resource.ts";
import { openStore } from "../store/local-store.ts";
import { storeRoot } from "../store/paths.ts";
import { materialise, type StepFinder } from "./materialise.ts";

/** What a caller decides about the world of a step. */
export interface ContextOptions {
  readonly owner: Owner;
  readonly signal: AbortSignal;
  readonly log: Log;
  readonly find: StepFinder;
  readonly cwd?: string;
  readonly storeRoot?: string;
}

/** Opens the store and the runner of this machine for one operation. */
export async function openContext(options: ContextOptions): Promise<Context> {
  const root = options.storeRoot ?? storeRoot();
  const { owner, signal, log, cwd = process.cwd() } = options;
  const [store, runner] = await Promise.all([
    openStore(root),
    openRunner({ storeRoot: root, log }),
  ]);
  const ctx: Context = {
    store,
    runner: {
      ...runner,
      // It may have to build a toolbox, which others may wait for: a signal ends the wait alone.
      identity: (...of) => untilAborted(runner.identity(...of), signal),
    },
    cwd,
    owner,
    signal,
    log,
    materialise: (ref: Ref) => materialise(ref, ctx, options.find),
  };
  return ctx;
}
