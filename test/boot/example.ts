import { cp, readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Ref } from "../../provider/plan/ref.ts";
import { makeProject, type Project, type Run } from "../promises/project.ts";

/** What an example's resources gave, by their names. */
export type Made = Readonly<Record<string, Readonly<Record<string, unknown>> & { ref: Ref }>>;

/** An example as somebody has it who copied its folder, with a state and a store of its own unless said otherwise. */
export async function exampleProject(
  name: string,
  env: Record<string, string> = {},
): Promise<Project> {
  const example = join(import.meta.dirname, "../../examples", name);
  const text = (file: string) => readFile(join(example, file), "utf8");
  const settings = { "Pulumi.yaml": await text("Pulumi.yaml") };
  const project = await makeProject(await text("index.ts"), settings, env);
  await cp(example, project.folder, { recursive: true });
  return project;
}

/** What the last update of a project has given, from its state. */
export async function madeBy(project: Project): Promise<Made> {
  const { resources } = JSON.parse(await project.state()).deployment;
  return Object.fromEntries(
    (resources as { urn: string; outputs: Made[string] }[]).map(({ urn, outputs }) => [
      urn.split("::").at(-1),
      outputs,
    ]),
  );
}

/** Runs `pulumi up` on an example, in the store of a test. */
export async function makeExample(
  name: string,
  store: { readonly root: string },
): Promise<{ readonly made: Made; readonly run: Run }> {
  const project = await exampleProject(name, { BOOTWRIGHT_STORE: store.root });
  try {
    const run = await project.up();
    return { made: await madeBy(project), run };
  } finally {
    await project.dispose();
  }
}

/** What a machine said of its boot: "Boot took 4.61 seconds". */
export async function bootTook(
  store: { readonly root: string },
  proof: Made[string] | undefined,
): Promise<string> {
  const log = await readFile(join(store.root, String(proof?.logPath)), "latin1");
  return /Boot took [0-9.]+ seconds/.exec(log)?.[0] ?? "it did not say how long its boot took";
}
