import { createHash } from "node:crypto";
import { lstat, readdir } from "node:fs/promises";
import { join, resolve } from "node:path";
import { InputError } from "../../errors.ts";
import { hashContext } from "../../image/context.ts";
import { demandFolder, hashFile, portable } from "../../image/observe.ts";
import type { SourceInputs } from "../../kernel/kernel-plan.ts";
import { sha256File } from "../../store/verify.ts";

type Observed = NonNullable<SourceInputs["observed"]>;

/** Hashes the files that a kernel from source is made of, and writes their paths relative to the project. */
export async function observeSource(given: SourceInputs, cwd: string): Promise<SourceInputs> {
  const { source = {}, configFile, patches } = given;
  const moved = {
    source: {
      ...source,
      ...(source.file ? { file: portable(source.file, cwd) } : {}),
      ...(source.directory ? { directory: portable(source.directory, cwd) } : {}),
    },
    ...(configFile ? { configFile: portable(configFile, cwd) } : {}),
    ...(patches ? { patches: patches.map((patch) => portable(patch, cwd)) } : {}),
  };
  const observed: Observed = {
    ...(await observeContent(moved.source, cwd)),
    ...(moved.configFile
      ? { configFile: await hashFile(moved.configFile, "configFile", cwd) }
      : {}),
  };
  const hashes: string[] = [];
  for (const [i, patch] of (moved.patches ?? []).entries())
    hashes.push(await hashFile(patch, `patches[${i}]`, cwd));
  return { ...moved, observed: hashes.length > 0 ? { ...observed, patches: hashes } : observed };
}

async function observeContent(
  { file, directory, sha256 }: NonNullable<SourceInputs["source"]>,
  cwd: string,
): Promise<Observed> {
  if (file) {
    const found = await hashFile(file, "source.file", cwd);
    demandHash(found, sha256, `"${file}"`);
    return { source: found };
  }
  if (!directory) return {};
  await demandFolder(resolve(cwd, directory), "source.directory", directory);
  return { source: await hashSource(resolve(cwd, directory)) };
}

/** An input problem where a tarball is not what it must be. */
export function demandHash(digest: string, wanted: string | undefined, shown: string): void {
  const sha256 = digest.slice("sha256:".length);
  if (wanted !== undefined && wanted !== sha256)
    throw new InputError([
      { property: "source.sha256", reason: `${shown} has ${sha256}, not ${wanted}` },
    ]);
}

/** The names in a folder with a kernel's source that belong to it: what git keeps beside them decides nothing. */
export async function sourceNames(folder: string): Promise<string[]> {
  return (await readdir(folder)).filter((name) => name !== ".git").sort();
}

/** The hash of a folder with a kernel's source. */
export async function hashSource(folder: string): Promise<string> {
  const total = createHash("sha256");
  for (const name of await sourceNames(folder)) {
    const path = join(folder, name);
    const stats = await lstat(path);
    const hash = stats.isDirectory()
      ? await hashContext(path)
      : stats.isFile()
        ? await sha256File(path)
        : "other";
    total.update(`${name}\0${(stats.mode & 0o7777).toString(8)}\0${hash}\n`);
  }
  return `sha256:${total.digest("hex")}`;
}
