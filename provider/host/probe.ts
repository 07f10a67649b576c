import { randomUUID } from "node:crypto";
import { mkdtemp, readFile, realpath, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { MissingToolError } from "../errors.ts";
import type { Engine } from "./engine.ts";
import type { Runner } from "./tool.ts";

/** Lets a container copy a file in the store, and fails with the reason when the store is not really shared with it. */
export async function probeStore(
  runner: Pick<Runner, "run">,
  options: { storeRoot: string; engine: Engine; client: string; signal?: AbortSignal },
): Promise<void> {
  const folder = await mkdtemp(join(options.storeRoot, "probe-"));
  try {
    const nonce = randomUUID();
    await writeFile(join(folder, "question"), nonce);
    const step = {
      tool: "cp",
      args: [join(folder, "question"), join(folder, "answer")],
      purpose: "to see whether containers can use the store",
      writes: folder,
      package: "coreutils",
    };
    await runner.run(step, options.signal ? { signal: options.signal } : {});
    const answer = await readFile(join(folder, "answer"), "utf8").catch(() => "");
    if (answer !== nonce) throw new Error("what the container wrote to the store is not there");
  } catch (error) {
    if (options.signal?.aborted) throw options.signal.reason;
    const clientPath = await realpath(options.client).catch(() => options.client);
    const said = error instanceof Error ? error.message : String(error);
    const why = explain({ ...options, clientPath, said, env: process.env });
    throw new MissingToolError(
      `Containers cannot use the store ${options.storeRoot}: ${why}\n${said}`,
      {
        hint: "BOOTWRIGHT_RUNNER=host runs the same steps with this machine's own tools",
        cause: error,
      },
    );
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** The likely reason why a container does not see the store where this process does. */
export function explain(facts: {
  readonly engine: Engine;
  readonly clientPath: string;
  readonly storeRoot: string;
  /** What the attempt failed with. */
  readonly said: string;
  readonly env: Readonly<Record<string, string | undefined>>;
}): string {
  const { engine, env, clientPath } = facts;
  if (/^(tcp|ssh|https?):/.test(env.DOCKER_HOST ?? ""))
    return `the engine at DOCKER_HOST=${env.DOCKER_HOST} is another machine and does not see this one's files`;
  if (engine.rootFolder.startsWith("/var/snap/") || clientPath.startsWith("/snap/"))
    return "Docker from snap sees only your home folder, and no hidden folder in it; set BOOTWRIGHT_STORE to one that it sees, or use Debian's docker.io";
  if (/^(lima|colima)/.test(engine.name))
    return `${engine.name} shares the home folder read-only; mount the store with "writable: true"`;
  if (/Permission denied/.test(facts.said))
    return `a step is not root, and its user may not enter it; chmod o+rx ${facts.storeRoot} and the folders above it`;
  return "the engine does not share it (it may run in a virtual machine or on another host)";
}
