import { isUtf8 } from "node:buffer";
import { createHash } from "node:crypto";
import { createReadStream, type Stats } from "node:fs";
import { lstat, readdir, readFile, readlink } from "node:fs/promises";
import { join } from "node:path";
import dockerignore from "@balena/dockerignore";
import { InputError } from "../errors.ts";
import { baseImages } from "./base-images.ts";

// The package's types promise a default export that its CommonJS does not have.
const ignore = dockerignore as unknown as typeof dockerignore.default;

/** A path of a folder and what makes it different from another: kind, permission bits and content. */
export interface ContextEntry {
  readonly path: string;
  readonly hash: string;
}

/** The hash of a build context as a builder sees it, with the rules of its .dockerignore; without a Dockerfile, of the whole folder. */
export async function hashContext(folder: string, dockerfile?: string): Promise<string> {
  const total = createHash("sha256");
  for (const { path, hash } of await contextEntries(folder, dockerfile))
    total.update(`${path}\0${hash}\n`);
  return `sha256:${total.digest("hex")}`;
}

/** Every file, link and folder of a build context that its ignore file leaves in, sorted by path. */
export async function contextEntries(folder: string, dockerfile?: string): Promise<ContextEntry[]> {
  const text = dockerfile === undefined ? "" : await ignoreRules(folder, dockerfile);
  const rules = ignore({ ignorecase: false }).add(text);
  // Only a "!" rule can bring back what lies in an ignored folder.
  const bringsBack = /^\s*!/m.test(text);
  const visit = async (at: Buffer, prefix: string): Promise<ContextEntry[]> => {
    const found: ContextEntry[] = [];
    const names = (await readdir(at, "buffer")).sort(Buffer.compare);
    for (const name of names) {
      const path = prefix + name.toString(isUtf8(name) ? "utf8" : "latin1");
      const file = Buffer.concat([at, Buffer.from("/"), name]);
      const stats = await lstat(file);
      const ignored = rules.ignores(path);
      const inside =
        stats.isDirectory() && (!ignored || bringsBack) ? await visit(file, `${path}/`) : [];
      // A builder sends no sockets, and an ignored folder only with what was brought back from it.
      if (!stats.isSocket() && (!ignored || inside.length > 0))
        found.push({ path, hash: await hashEntry(file, stats) });
      for (const entry of inside) found.push(entry);
    }
    return found;
  };
  return visit(Buffer.from(folder), "");
}

/** `<Dockerfile>.dockerignore` goes before `.dockerignore` (docs.docker.com/build/concepts/context). */
async function ignoreRules(context: string, dockerfile: string): Promise<string> {
  for (const file of [`${dockerfile}.dockerignore`, join(context, ".dockerignore")]) {
    const text = await readFile(file, "utf8").catch(() => undefined);
    if (text !== undefined) return text.replace(/^\ufeff/, "").replace(endOfPath, "$1**/*$2");
  }
  return "";
}

/** A rule such as `**.txt`: for the builder (moby/patternmatcher) that is how a path ends, for our library a name of the first folder. */
const endOfPath = /^(\s*!?\s*(?:\.?\/)*)\*\*([^/*?[\\\s][^*?[\\\r\n]*)$/gm;

/** Files up to this many bytes are read at once: ten times faster than a stream for each of many small files. */
const smallBytes = 1 << 20;

// The builder compares permission bits and content, never times.
async function hashEntry(file: Buffer, { mode, size, rdev }: Stats): Promise<string> {
  const permissions = (mode & 0o7777).toString(8);
  const type = mode & 0o170000;
  if (type === 0o040000) return `directory ${permissions}`;
  if (type === 0o120000) return `symlink ${(await readlink(file, "buffer")).toString("latin1")}`;
  if (type !== 0o100000) return `other ${type.toString(8)} ${permissions} ${rdev}`;
  const hash = createHash("sha256");
  if (size <= smallBytes) hash.update(await readFile(file));
  else for await (const chunk of createReadStream(file)) hash.update(chunk as Buffer);
  return `file ${permissions} ${hash.digest("hex")}`;
}

/** The sha256 of a Dockerfile's text and the base images that it names, or an input problem that says how to name it. */
export async function hashDockerfile(
  file: string,
  property: string,
  given: string,
  buildArgs: Readonly<Record<string, string>> = {},
): Promise<{ hash: string; bases: string[] }> {
  const text = await readFile(file, "utf8").catch((error: NodeJS.ErrnoException) => {
    const reason = error.code === "ENOENT" ? "there is no such file" : String(error.code);
    throw new InputError([{ property, reason: `"${given}": ${reason} (looked at ${file})` }]);
  });
  return {
    hash: `sha256:${createHash("sha256").update(text).digest("hex")}`,
    bases: baseImages(text, buildArgs),
  };
}
