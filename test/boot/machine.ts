import { join } from "node:path";
import { findResource, findStep } from "../../provider/flow/index.ts";
import { isFrom, type MachineWishes, machineDeclarations } from "../../provider/flow/machine.ts";
import { checkInputs } from "../../provider/lifecycle/check.ts";
import { put } from "../../provider/lifecycle/operate.ts";
import type { Partition } from "../../provider/plan/layout.ts";
import type { Ref } from "../../provider/plan/ref.ts";
import { testContext } from "../context.ts";

/** The folder of the example that is booted. */
export const debianServer = join(import.meta.dirname, "../../examples/debian-server");

/** A machine that was made in a store of its own. */
export interface BuiltMachine {
  readonly ctx: Awaited<ReturnType<typeof testContext>>;
  /** Outputs of every child of the component. */
  readonly outputs: Readonly<Record<string, Record<string, unknown>>>;
  readonly disk: Ref;
  readonly diskPath: string;
  readonly root: Partition;
}

/** Makes what the component Machine declares, through the lifecycle that both faces share, in a store that others may use too. */
export async function buildMachine(
  wishes: MachineWishes,
  storeRoot?: string,
): Promise<BuiltMachine> {
  const ctx = await testContext({ find: findStep, ...(storeRoot ? { storeRoot } : {}) });
  const outputs: Record<string, Record<string, unknown>> = {};
  for (const { child, resource: name, inputs } of machineDeclarations(wishes)) {
    const resource = findResource(name)!;
    const seed = name === "PartitionLayout" ? { seed: "bootwright/debian-server" } : {};
    const given = { ...seed, ...(resolved(inputs, outputs) as object) };
    const checked = await checkInputs(resource, given, ctx);
    if (checked.problems.length > 0) throw new Error(JSON.stringify(checked.problems));
    outputs[child] = await put(resource, checked.inputs, ctx);
  }
  const disk = outputs.disk!.ref as Ref;
  const { partitions } = outputs.layout!.layout as { partitions: [Partition] };
  const diskPath = ctx.store.path("disk", disk.digest);
  return { ctx, outputs, disk, diskPath, root: partitions[0] };
}

/** Inputs with the outputs of earlier children in the place of references to them. */
export function resolved(value: unknown, outputs: Readonly<Record<string, unknown>>): unknown {
  if (isFrom(value))
    return value.path.reduce(
      (found: unknown, key) => (found as Record<string, unknown>)[key],
      outputs[value.from],
    );
  if (Array.isArray(value)) return value.map((item) => resolved(item, outputs));
  if (value === null || typeof value !== "object") return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [key, resolved(item, outputs)]),
  );
}
