import { packageList } from "../host/toolbox.ts";
import type { Context, Resource } from "../resource.ts";
import type { FlatRecipe } from "./recipes.ts";
import type { ToolPackage } from "./record.ts";

/** What a step says of its tools. */
export type Maker = Pick<Resource, "name" | "packages" | "toolbox" | "usesTools">;

/** The packages that the usual toolbox has for the steps, each once, sorted: what a kernel is compiled with is in a toolbox of its own. */
export function packagesOf(makers: readonly Maker[]): string[] {
  const named = makers.flatMap(({ packages = [], toolbox }) => (toolbox ? [] : packages));
  return [...new Set(named)].sort();
}

/** The packages that the recipes' steps use; of a step whose plan is withheld all that it may use. */
export function packagesUsed(recipes: readonly FlatRecipe[], makers: readonly Maker[]): string[] {
  const used = recipes.flatMap(({ step, plan }) => {
    const maker = makers.find(({ name }) => name === step);
    const runsTools = plan === null || (maker?.usesTools?.(plan) ?? true);
    return maker && runsTools ? [maker] : [];
  });
  return packagesOf(used);
}

/** The versions of packages, where tools run: in the toolbox as its own list has them, on the host as dpkg does. */
export async function toolVersions(
  names: readonly string[],
  { runner, signal }: Pick<Context, "runner" | "signal">,
): Promise<ToolPackage[]> {
  if (names.length === 0) return [];
  const lines =
    runner.kind === "host"
      ? (await runner.identity(names)).replace(/^host[^:]*: /, "").split(", ")
      : (await listed(runner, signal)).split("\n");
  const versions = new Map(
    lines.map((line) => line.split(/\s+/)).map(([name = "", v]) => [name.replace(/:.*/, ""), v]),
  );
  return names.map((name) => ({ name, version: versions.get(name) ?? "unknown" }));
}

function listed(runner: Context["runner"], signal: AbortSignal): Promise<string> {
  const purpose = "to read the versions of the tools";
  const step = { tool: "cat", args: [packageList], purpose, package: "coreutils" };
  return runner.run(step, { signal });
}
