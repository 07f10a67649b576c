import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { lstat, readdir, readFile, readlink } from "node:fs/promises";
import { join } from "node:path";
import dockerignore from "@balena/dockerignore";
import { InputError } from "../errors.ts";

// The package's types promise a default export that its CommonJS does not have.
const ignore = dockerignore as unknown as typeof dockerignore.default;

/** A path of a build context and what makes it different from another: kind, execute bits and content. */
export interface ContextEntry {
  readonly path: string;
  readonly hash: string;
}

/** The hash of a build context as a builder sees it, with the rules of its .dockerignore. */
export async function hashContext(context: string, dockerfile: string): Promise<string> {
  const total = createHash("sha256");
  for (const { path, hash } of await contextEntries(context, dockerfile))
    total.update(`${path}\0${hash}\n`);
  return `sha256:${total.digest("hex")}`;
}

/** Every file, link and folder of a build context that its ignore file leaves in, sorted by path. */
export async function contextEntries(context: string, dockerfile: string): Promise<ContextEntry[]> {
  const rules = ignore({ ignorecase: false }).add(await ignoreRules(context, dockerfile));
  const found: ContextEntry[] = [];
  const visit = async (relative: string): Promise<void> => {
    const names = (await readdir(join(context, relative))).sort();
    for (const name of names) {
      const path = relative === "" ? name : `${relative}/${name}`;
      const file = await lstat(join(context, path));
      // An ignored folder may hold what a later "!" rule brings back: it is walked, but does not count itself.
      if (!rules.ignores(path))
        found.push({ path, hash: await hashEntry(join(context, path), file.mode) });
      if (file.isDirectory()) await visit(path);
    }
  };
  await visit("");
  return found;
}

/** `<Dockerfile>.dockerignore` goes before `.dockerignore` (docs.docker.com/build/concepts/context). */
async function ignoreRules(context: string, dockerfile: string): Promise<string> {
  for (const file of [`${dockerfile}.dockerignore`, join(context, ".dockerignore")]) {
    const text = await readFile(file, "utf8").catch(() => undefined);
    if (text !== undefined) return text;
  }
  return "";
}

// The builder compares permission bits and content, never times.
async function hashEntry(file: string, mode: number): Promise<string> {
  const permissions = (mode & 0o777).toString(8);
  const type = mode & 0o170000;
  if (type === 0o040000) return `directory ${permissions}`;
  if (type === 0o120000) return `symlink ${await readlink(file)}`;
  if (type !== 0o100000) return `other ${type.toString(8)}`;
  const hash = createHash("sha256");
  for await (const chunk of createReadStream(file)) hash.update(chunk as Buffer);
  return `file ${permissions} ${hash.digest("hex")}`;
}

/** The sha256 of a Dockerfile's text and the base images that it names, or an input problem that says how to name it. */
export async function hashDockerfile(
  file: string,
  property: string,
  given: string,
): Promise<{ hash: string; bases: string[] }> {
  const text = await readFile(file, "utf8").catch((error: NodeJS.ErrnoException) => {
    const reason = error.code === "ENOENT" ? "there is no such file" : String(error.code);
    throw new InputError([{ property, reason: `"${given}": ${reason} (looked at ${file})` }]);
  });
  return {
    hash: `sha256:${createHash("sha256").update(text).digest("hex")}`,
    bases: baseImages(text),
  };
}

/** The images after FROM; those written with a variable are the builder's business. */
export function baseImages(dockerfile: string): string[] {
  const stages = new Set<string>(["scratch"]);
  const bases = new Set<string>();
  for (const line of dockerfile.split("\n")) {
    const [, image, stage] = /^\s*FROM\s+(?:--\S+\s+)*(\S+)(?:\s+AS\s+(\S+))?/i.exec(line) ?? [];
    if (image && !image.includes("$") && !stages.has(image.toLowerCase())) bases.add(image);
    if (stage) stages.add(stage.toLowerCase());
  }
  return [...bases].sort();
}
