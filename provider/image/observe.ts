import { stat } from "node:fs/promises";
import { isAbsolute, join, relative, resolve } from "node:path";
import { InputError } from "../errors.ts";
import { imageId } from "../host/images.ts";
import { lookAhead } from "../host/toolbox.ts";
import { sha256File } from "../store/verify.ts";
import { hashContext, hashDockerfile } from "./context.ts";
import type { RootfsInputs } from "./rootfs-schema.ts";
import type { RootfsSource } from "./source-schema.ts";

type Observed = NonNullable<RootfsInputs["observed"]>;

/**
 * Hashes everything that the inputs of a Rootfs name, and writes their paths relative to the project: a checkout elsewhere is no change.
 * An image that the engine does not have, or an engine that does not answer, is no change to `previous` either.
 */
export async function observeRootfs(
  given: Pick<RootfsInputs, "source" | "files">,
  cwd: string,
  previous: Observed = {},
): Promise<Pick<RootfsInputs, "source" | "files"> & { observed: Observed }> {
  const source = mapPaths(given.source, (path) => portable(path, cwd));
  const files = given.files.map((f) => (f.source ? { ...f, source: portable(f.source, cwd) } : f));
  const observed: Observed = { ...(await observeSource(source, cwd, previous)) };
  const hashes: string[] = [];
  for (const [i, file] of files.entries())
    if (file.source) hashes.push(await hashFile(file.source, `files[${i}].source`, cwd));
  if (hashes.length > 0) observed.files = hashes;
  return { source, files, observed };
}

async function observeSource(
  source: RootfsSource,
  cwd: string,
  previous: Observed,
): Promise<Observed> {
  const { dockerfile, image, ociLayout, directory, ociArchive, dockerArchive, tar } = source;
  if (dockerfile) {
    const context = resolve(cwd, dockerfile.context);
    await demandFolder(context, "source.dockerfile.context", dockerfile.context);
    const file = join(context, dockerfile.file ?? "Dockerfile");
    const shown = dockerfile.file ?? "Dockerfile";
    const text = await hashDockerfile(
      file,
      `source.dockerfile.${dockerfile.file ? "file" : "context"}`,
      shown,
      dockerfile.buildArgs,
    );
    const [hash, baseImages] = await Promise.all([
      readable(context, "source.dockerfile.context", () => hashContext(context, file)),
      identify(text.bases, previous.baseImages ?? []),
    ]);
    return { dockerfile: text.hash, context: hash, baseImages };
  }
  if (image) {
    const [known] = await identify([image], previous.image ? [previous.image] : []);
    return known ? { image: known } : {};
  }
  const folder = ociLayout ?? directory;
  if (folder) {
    const property = `source.${ociLayout ? "ociLayout" : "directory"}`;
    const path = resolve(cwd, folder);
    await demandFolder(path, property, folder);
    return { source: await readable(path, property, () => hashContext(path)) };
  }
  if (source.disk) return { source: await hashDisk(source.disk, cwd) };
  const archive = { ociArchive, dockerArchive, tar };
  for (const [key, path] of Object.entries(archive))
    if (path) return { source: await hashFile(path, `source.${key}`, cwd) };
  return {};
}

async function hashDisk(disk: NonNullable<RootfsSource["disk"]>, cwd: string): Promise<string> {
  const found = await hashFile(disk.path, "source.disk.path", cwd);
  if (disk.sha256 === undefined || found === `sha256:${disk.sha256}`) return found;
  const reason = `"${disk.path}" has ${found.slice("sha256:".length)}, not ${disk.sha256}`;
  throw new InputError([{ property: "source.disk.sha256", reason }]);
}

/** Each image with its digest in the engine, else as it was seen before; what was never seen is left out. */
async function identify(images: readonly string[], before: readonly string[]): Promise<string[]> {
  // The engine is asked anyway, and what is built of the images goes through tools.
  lookAhead();
  const found = images.map(async (image) => {
    const id = await imageId(image);
    return id ? `${image} ${id}` : before.find((text) => text.startsWith(`${image} `));
  });
  return (await Promise.all(found)).filter((text) => text !== undefined);
}

/** A file of a folder that cannot be read is the user's to mend. */
async function readable<T>(folder: string, property: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const { code, path = "" } = error as NodeJS.ErrnoException;
    if (code === undefined) throw error;
    const file = relative(folder, String(path)) || ".";
    const fix = property.endsWith("context") ? ", or leave it out by .dockerignore" : "";
    throw new InputError([
      { property, reason: `"${file}" in it cannot be read (${code}): make it readable${fix}` },
    ]);
  }
}

function mapPaths(source: RootfsSource, change: (path: string) => string): RootfsSource {
  const { dockerfile, git, image, disk, ...paths } = source;
  const moved = Object.entries(paths).map(([key, path]) => [key, path && change(path)]);
  const withSecrets = <T extends Pick<NonNullable<typeof git>, "secrets">>(build: T): T =>
    build.secrets
      ? {
          ...build,
          secrets: build.secrets.map((s) => (s.file ? { ...s, file: change(s.file) } : s)),
        }
      : build;
  return {
    ...(image ? { image } : {}),
    ...Object.fromEntries(moved),
    ...(disk ? { disk: { ...disk, path: change(disk.path) } } : {}),
    ...(git ? { git: withSecrets(git) } : {}),
    ...(dockerfile
      ? { dockerfile: withSecrets({ ...dockerfile, context: change(dockerfile.context) }) }
      : {}),
  };
}

/** A path of the project relative to its folder, so that a checkout elsewhere is no change. */
export function portable(path: string, cwd: string): string {
  return isAbsolute(path) ? relative(cwd, path) || "." : path;
}

/** The sha256 of a file of the project; an input problem where it cannot be read. */
export async function hashFile(path: string, property: string, cwd: string): Promise<string> {
  return sha256File(resolve(cwd, path)).catch((error: NodeJS.ErrnoException) => {
    const reason = error.code === "ENOENT" ? "there is no such file" : `${error.code}`;
    throw new InputError([
      { property, reason: `"${path}": ${reason} (looked at ${resolve(cwd, path)})` },
    ]);
  });
}

/** An input problem where a path is not that of a folder. */
export async function demandFolder(folder: string, property: string, given: string): Promise<void> {
  const found = await stat(folder).catch(() => undefined);
  if (!found?.isDirectory())
    throw new InputError([
      { property, reason: `"${given}" is not a folder (looked at ${folder})` },
    ]);
}
