import { resolve } from "node:path";
import { InputError } from "../errors.ts";
import type { Context } from "../resource.ts";
import type { ImageConfig } from "../tree/ingest/image-config.ts";
import { findInit } from "../tree/init.ts";
import { entriesByPath } from "../tree/read-file.ts";
import type { Tree } from "../tree/types.ts";
import { busyboxFiles } from "./busybox-files.ts";
import type { MachineFile } from "./machine-file.ts";
import { machineFiles } from "./machine-files.ts";
import type { RootfsInputs } from "./rootfs-schema.ts";
import { systemdFiles } from "./systemd-files.ts";

/** What the inputs add to an image: what makes it the wished machine, then the files that they name. */
export async function addedFiles(
  plan: RootfsInputs,
  image: { readonly tree: Tree; readonly config: ImageConfig },
  ctx: Context,
): Promise<MachineFile[]> {
  const entries = entriesByPath(image.tree);
  const busybox = findInit(image.tree)?.kind === "busybox";
  const { files, problems } = machineFiles(
    // Without systemd, busybox's own programs ask for addresses.
    busybox ? { ...plan, network: "none" } : plan,
    {
      has: (path) => entries.has(path),
      blank: (path) => {
        const entry = entries.get(path);
        return entry === undefined || (entry.type === "file" && entry.size === 0);
      },
    },
  );
  const started = await (busybox ? busyboxFiles : systemdFiles)(plan, image, ctx);
  problems.push(...started.problems);
  if (problems.length > 0) throw new InputError(problems);
  return [...files, ...started.files, ...plan.files.map((file) => givenFile(file, ctx.cwd))];
}

function givenFile(
  { path, content, source, symlink, mode, uid = 0, gid = 0 }: RootfsInputs["files"][number],
  cwd: string,
): MachineFile {
  const base = { path: Buffer.from(path.slice(1)).toString("latin1"), uid, gid };
  if (symlink !== undefined)
    return {
      ...base,
      type: "symlink",
      mode: 0o777,
      target: Buffer.from(symlink).toString("latin1"),
    };
  if (source !== undefined)
    return { ...base, type: "file", mode: mode ?? 0o644, from: resolve(cwd, source) };
  if (content !== undefined)
    return { ...base, type: "file", mode: mode ?? 0o644, content: Buffer.from(content) };
  return { ...base, type: "directory", mode: mode ?? 0o755 };
}
