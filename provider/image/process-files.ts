import type { InputProblem } from "../errors.ts";
import type { Context } from "../resource.ts";
import { type ImageFiles, type ImageProcess, readProcess } from "../service/image-process.ts";
import type { ImageConfig } from "../tree/ingest/image-config.ts";
import { findEntry, readTreeFile } from "../tree/read-file.ts";
import type { Tree } from "../tree/types.ts";
import type { MachineFile } from "./machine-file.ts";
import type { RootfsInputs } from "./rootfs-schema.ts";

/** An image as it was built, and what its configuration says. */
export interface Image {
  readonly tree: Tree;
  readonly config: ImageConfig;
}

/** Files to add, or the problems that keep them from it. */
export interface Added {
  readonly files: readonly MachineFile[];
  readonly problems: readonly InputProblem[];
}

/** What a way to run an image's process gives. */
type Way<T> = (process: ImageProcess, files: ImageFiles) => T | { problems: string[] };

/** An image's process and what a way to run it makes of it; every problem is one of the input `service`. */
export async function runningProcess<T extends object>(
  plan: Pick<RootfsInputs, "files">,
  image: Image,
  way: Way<T>,
  ctx: Context,
): Promise<{ way: T; folder: MachineFile[] } | { problems: InputProblem[] }> {
  const files = await imageFiles(plan, image.tree, ctx);
  const found = readProcess(image.config, files);
  if ("problems" in found) return refused(found.problems);
  const made = way(found.process, files);
  if (isRefused(made)) return refused(made.problems);
  return { way: made, folder: workingFolder(found.process.workingDir, image.tree) };
}

function isRefused(made: object): made is { problems: string[] } {
  return "problems" in made;
}

function refused(reasons: readonly string[]): { problems: InputProblem[] } {
  return { problems: reasons.map((reason) => ({ property: "service", reason })) };
}

/** A container engine makes a WORKDIR that is not there. */
function workingFolder(workingDir: string, tree: Tree): MachineFile[] {
  const path = bytes(workingDir).slice(1);
  if (findEntry(tree, path)) return [];
  return [{ path, type: "directory", mode: 0o755, uid: 0, gid: 0 }];
}

async function imageFiles(
  { files }: Pick<RootfsInputs, "files">,
  tree: Tree,
  ctx: Context,
): Promise<ImageFiles> {
  const read = async (path: string) =>
    (await readTreeFile(tree, path, (layer) => ctx.store.path("layer", layer)))?.toString() ?? "";
  return {
    isProgram: (path) => {
      const entry = findEntry(tree, bytes(path));
      return (
        (entry?.type === "file" && (entry.mode & 0o111) !== 0) ||
        files.some((file) => file.path === path && ((file.mode ?? 0) & 0o111) !== 0)
      );
    },
    accounts: { passwd: await read("etc/passwd"), group: await read("etc/group") },
  };
}

/** A path as trees write it: one character for each byte. */
function bytes(path: string): string {
  return Buffer.from(path).toString("latin1");
}
