import { InputError } from "../errors.ts";
import type { MachineFile } from "../image/machine-file.ts";
import { appletsOf } from "../init/applets.ts";
import type { ProcessConfig } from "../init/command.ts";
import type { InitOptions } from "../init/options.ts";
import { planInit } from "../init/plan-init.ts";
import { findPrograms, type ProgramFiles, programFolders } from "../init/programs.ts";
import { findEntry, readTreeFile } from "../tree/read-file.ts";
import type { Entry, SourcePath, Tree } from "../tree/types.ts";

const mostBusyboxBytes = 16 << 20;

/** The files that make a tree start by itself; an InputError with every problem. */
export async function initFiles(
  tree: Tree,
  init: InitOptions,
  config: ProcessConfig | undefined,
  sourcePath: SourcePath,
): Promise<MachineFile[]> {
  const textOf = async (path: string) =>
    (await readTreeFile(tree, path, sourcePath))?.toString("utf8") ?? "";
  const image = {
    programs: findPrograms(await programFiles(tree, sourcePath)),
    accounts: { passwd: await textOf("etc/passwd"), group: await textOf("etc/group") },
    has: (path: string) => findEntry(tree, path) !== undefined,
  };
  const { files, problems } = planInit(init, image, config);
  if (problems.length > 0) throw new InputError(problems);
  return files;
}

/** What of a tree decides which programs our scripts call. */
export async function programFiles(tree: Tree, sourcePath: SourcePath): Promise<ProgramFiles> {
  const folder = programFolders.find((path) => runnable(findEntry(tree, `${path}/busybox`)));
  const program = folder && findEntry(tree, `${folder}/busybox`);
  const bytes = program && (await readTreeFile(tree, program.path, sourcePath, mostBusyboxBytes));
  return {
    ...(bytes && { busybox: { path: `/${folder}/busybox`, applets: appletsOf(bytes) } }),
    runs: (path) => {
      const entry = findEntry(tree, path);
      return runnable(entry) && entry?.digest !== program?.digest;
    },
  };
}

function runnable(entry: Entry | undefined): boolean {
  return entry?.type === "file" && entry.size > 0 && (entry.mode & 0o111) !== 0;
}
