import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { StepFinder } from "../provider/lifecycle/materialise.ts";
import { openContext } from "../provider/lifecycle/open-context.ts";
import type { Context } from "../provider/resource.ts";

/** A context over a store and a project folder of its own, for one test. */
export async function testContext(
  options: { find?: StepFinder; storeRoot?: string } = {},
): Promise<Context & { dispose(): Promise<void>; lines: string[] }> {
  const folder = await mkdtemp(join(tmpdir(), "bootwright-test-"));
  const lines: string[] = [];
  const say = (text: string) => void lines.push(text);
  const ctx = await openContext({
    owner: {
      urn: "urn:pulumi:dev::project::bootwright:index:Test::web",
      project: "project",
      stack: "dev",
      name: "web",
    },
    signal: new AbortController().signal,
    log: { progress: say, info: say, warn: say },
    find: options.find ?? (() => undefined),
    cwd: folder,
    storeRoot: options.storeRoot ?? join(folder, "store"),
  });
  return { ...ctx, lines, dispose: () => rm(folder, { recursive: true, force: true }) };
}
