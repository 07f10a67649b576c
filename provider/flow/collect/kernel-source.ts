import { constants, copyFile, cp, readdir } from "node:fs/promises";
import { join, resolve } from "node:path";
import { ContentError, InputError } from "../../errors.ts";
import { buildToFolder } from "../../host/build.ts";
import { buildProgress } from "../../host/build-report.ts";
import type { KernelBuild } from "../../kernel/kernel-plan.ts";
import { packageDockerfile } from "../../kernel/source-package.ts";
import type { Context } from "../../resource.ts";
import { sha256File } from "../../store/verify.ts";
import { demandHash, hashSource, sourceNames } from "./kernel-observe.ts";

/** Brings a source's tarball into the store and returns its digest; undefined for a folder. */
export async function sourceTarball(
  { source, platform, observed }: KernelBuild,
  ctx: Context,
): Promise<string | undefined> {
  if (source.file) return storeInput(source.file, "source.file", observed.source, ctx);
  if (source.package === undefined) return undefined;
  const wanted = source.sha256 && `sha256:${source.sha256}`;
  if (wanted && (await ctx.store.has("file", wanted))) return wanted;
  return ctx.store.stage(async (stage) => {
    const dockerfile = packageDockerfile(source.image ?? "", source.package ?? "");
    const onLine = (line: string) => {
      const text = buildProgress(line);
      if (text) ctx.log.progress(text);
    };
    const folder = join(stage, "source");
    await buildToFolder({ dockerfile, platform }, folder, { signal: ctx.signal, onLine });
    const [name, ...more] = await readdir(folder);
    if (name === undefined || more.length > 0)
      throw new ContentError(
        `The package ${source.package} of ${source.image} holds ${more.length + (name ? 1 : 0)} tarballs of a kernel's source, not one`,
      );
    const file = join(folder, name);
    const digest = await sha256File(file, ctx.signal);
    demandHash(digest, source.sha256, `the source in ${source.package} of ${source.image}`);
    await ctx.store.commit({ kind: "file", digest, file });
    return digest;
  });
}

/** Puts a file that an input names into the store, where tools can read it, and returns its digest. */
export async function storeInput(
  path: string,
  property: string,
  observed: string | undefined,
  ctx: Context,
): Promise<string> {
  return ctx.store.stage(async (stage) => {
    const file = join(stage, "file");
    await copyFile(resolve(ctx.cwd, path), file, constants.COPYFILE_FICLONE);
    const digest = await sha256File(file, ctx.signal);
    if (digest !== observed) throw changed(property, path);
    await ctx.store.commit({ kind: "file", digest, file });
    return digest;
  });
}

/** Copies a folder with a kernel's source, without what git keeps in it. */
export async function copySource(
  { source, observed }: KernelBuild,
  into: string,
  ctx: Context,
): Promise<void> {
  const given = source.directory ?? "";
  const from = resolve(ctx.cwd, given);
  for (const name of await sourceNames(from)) {
    ctx.signal.throwIfAborted();
    ctx.log.progress(`copying ${name}`);
    await cp(join(from, name), join(into, name), {
      recursive: true,
      verbatimSymlinks: true,
      preserveTimestamps: true,
      mode: constants.COPYFILE_FICLONE,
    });
  }
  if ((await hashSource(into)) !== observed.source) throw changed("source.directory", given);
}

function changed(property: string, path: string): InputError {
  return new InputError([{ property, reason: `"${path}" changed while it was being used` }], {
    hint: "run pulumi up again",
  });
}
