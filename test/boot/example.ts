import { join } from "node:path";
import { execa } from "execa";
import type { Ref } from "../../provider/plan/ref.ts";

/** What an example's resources gave, by their names. */
export type Made = Readonly<Record<string, Readonly<Record<string, unknown>> & { ref: Ref }>>;

/** Runs an example's own program and makes all that it declares, in the store of a test. */
export async function makeExample(
  name: string,
  store: { readonly root: string },
  signal: AbortSignal,
): Promise<Made> {
  const program = join(import.meta.dirname, "../../examples", name, "index.ts");
  const maker = join(import.meta.dirname, "make-example.ts");
  const { stdout } = await execa(process.execPath, [maker, program, store.root], {
    cancelSignal: signal,
  });
  return JSON.parse(stdout.split("\n").at(-1) ?? "");
}
