import { readFile, realpath, rm, stat, writeFile } from "node:fs/promises";
import { join, sep } from "node:path";
import { InputError } from "../../errors.ts";
import type { RunInPlace } from "../../host/one-place.ts";
import { parseConfig, withOptions } from "../../kernel/config-file.ts";
import { readKconfig } from "../../kernel/kconfig.ts";
import type { KernelBuild } from "../../kernel/kernel-plan.ts";
import { kconfigVariables, makeArguments } from "../../kernel/make-arguments.ts";
import { droppedNames, lostOptions, optionLines, unreproducible } from "../../kernel/options.ts";
import type { Context } from "../../resource.ts";

const largestFileBytes = 4 << 20;
const shownNames = 20;

/** Configures a source in a folder: the base, the options on top, and a check that each one survived. Resolves to the final configuration. */
export async function configure(
  build: KernelBuild,
  folder: string,
  run: RunInPlace,
  { log }: Pick<Context, "log">,
  given: string | undefined,
): Promise<Map<string, string>> {
  const make = (target: string) =>
    run({
      tool: "make",
      args: makeArguments(folder, build.platform, [target]),
      purpose: "to configure the kernel",
      package: "make",
    });
  const read = (path: string) => readInside(folder, path);
  const known = await readKconfig(read, kconfigVariables[build.platform]);
  if (known.size === 0)
    throw new InputError([
      { property: "source", reason: "is no kernel's: it has no Kconfig file" },
    ]);
  const { lines, problems } = optionLines(build.options, known);
  if (problems.length > 0) throw new InputError(problems);

  if (build.base) await make(build.base);
  const before = given ?? (await read(".config")) ?? "";
  const file = join(folder, ".config");
  await rm(file, { force: true });
  // "wx": never through a link that the source has in its place.
  await writeFile(file, withOptions(before, lines), { flag: "wx" });
  await make("olddefconfig");

  const final = parseConfig((await read(".config")) ?? "");
  const lost = [...lostOptions(build.options, known, final), ...unreproducible(final)];
  if (lost.length > 0) throw new InputError(lost);
  if (given !== undefined)
    warn(log, droppedNames(parseConfig(withOptions(given, lines)), final), (names) => [
      `${names} of ${build.configFile} did not survive: this source does not have them, or what they depend on is not set`,
    ]);
  const modules = [...final].filter(([, value]) => value === "m").map(([name]) => name);
  warn(log, modules, (names) => [
    `${names} would be modules (=m) and are not in the kernel: set them to y`,
  ]);
  return final;
}

function warn(log: Context["log"], names: readonly string[], say: (names: string) => string[]) {
  if (names.length === 0) return;
  const more = names.length - shownNames;
  const shown = names.slice(0, shownNames).join(", ") + (more > 0 ? ` and ${more} more` : "");
  for (const text of say(shown)) log.warn(text);
}

/** The text of a file of the source; undefined where there is none, also where a link leads out of the source. */
export async function readInside(folder: string, path: string): Promise<string | undefined> {
  try {
    const file = await realpath(join(folder, path));
    if (!file.startsWith((await realpath(folder)) + sep)) return undefined;
    const { size } = await stat(file);
    return size > largestFileBytes ? undefined : await readFile(file, "utf8");
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "ENOENT" || code === "ENOTDIR" || code === "EISDIR") return undefined;
    throw error;
  }
}
