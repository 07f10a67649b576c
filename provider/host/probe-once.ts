import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { digestOf } from "../plan/canonical.ts";
import type { Steps } from "./container-runner.ts";
import type { Engine } from "./engine.ts";
import { realm } from "./owner.ts";
import { probeStore } from "./probe.ts";

/** What a probe needs to know. */
export type Probed = Parameters<typeof probeStore>[1];

/**
 * Steps that are known to share the store with their containers. Seeing that takes as long as a step does, so it is noted in the store,
 * and holds until the machine starts anew, the engine says something else of itself, or a step fails: then it is looked at again,
 * and that the store is not shared explains the failure better.
 */
export async function probeOnce(steps: Steps, options: Probed): Promise<Steps> {
  const file = noteFile(options.storeRoot);
  const seen = await signatureOf(options);
  const look = async (): Promise<void> => {
    await probeStore(steps, options);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, seen);
  };
  if ((await readFile(file, "utf8").catch(() => "")) !== seen) {
    await look();
    return steps;
  }
  let again: Promise<void> | undefined;
  const afterFailure = async (error: unknown, signal?: AbortSignal): Promise<never> => {
    if (signal?.aborted) throw error;
    again ??= forgetProbe(options.storeRoot).then(look);
    await again;
    throw error;
  };
  return {
    ...steps,
    run: (step, rest) =>
      steps.run(step, rest).catch((error: unknown) => afterFailure(error, rest?.signal)),
    start: async (step, rest) => {
      const running = await steps.start(step, rest);
      let isStopped = false;
      // Its streams are read elsewhere: the next look explains.
      running.ended
        .then(({ exitCode }) => {
          if (exitCode !== 0 && !isStopped && !rest?.signal?.aborted)
            return forgetProbe(options.storeRoot);
        })
        .catch(() => {});
      const stop = () => {
        isStopped = true;
        return running.stop();
      };
      return { ...running, stop };
    },
  };
}

/** Makes the next look a new one. */
export async function forgetProbe(storeRoot: string): Promise<void> {
  await rm(noteFile(storeRoot), { force: true });
}

function noteFile(storeRoot: string): string {
  return join(storeRoot, "tools", "store-seen-by-containers");
}

/** Of all that decides whether a container sees the store. */
async function signatureOf({ engine, storeRoot }: { engine: Engine; storeRoot: string }) {
  const caller = [process.getuid?.() ?? 0, process.getgid?.() ?? 0];
  const host = process.env.DOCKER_HOST ?? "";
  return digestOf({ engine, storeRoot, caller, host, realm: await realm() });
}
