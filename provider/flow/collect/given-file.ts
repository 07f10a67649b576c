import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { copyFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import * as z from "zod";
import { InputError } from "../../errors.ts";
import type { Ref } from "../../plan/ref.ts";
import type { Context } from "../../resource.ts";

/** A file of the project that takes the place of one of the tree. */
export const givenFileSchema = z
  .strictObject({
    path: z.string().min(1).describe("Path of the file, relative to the project."),
    sha256: z
      .string()
      .regex(/^[0-9a-f]{64}$/, "must be 64 lower-case hex digits")
      .optional()
      .describe("What the file must hash to; taken from the file when it is not given."),
  })
  .meta({ id: "GivenFile", description: "A file of the project." });
export type GivenFile = z.infer<typeof givenFileSchema>;

/** A given file with the hash it has now; an error when it is missing or is not what it must be. */
export async function observeFile(
  file: GivenFile,
  { cwd }: Pick<Context, "cwd">,
): Promise<Required<GivenFile>> {
  const sha256 = await hashOf(resolve(cwd, file.path), file.path);
  mustMatch(file, sha256);
  return { path: file.path, sha256 };
}

/** Copies a given file into the store; an error when it changed since it was checked. */
export async function storeFile(file: GivenFile, ctx: Context): Promise<Ref> {
  return ctx.store.stage(async (folder) => {
    const copy = join(folder, "file");
    await readable(file.path, () => copyFile(resolve(ctx.cwd, file.path), copy));
    const sha256 = await hashOf(copy, file.path);
    mustMatch(file, sha256);
    const digest = `sha256:${sha256}`;
    await ctx.store.commit({ kind: "file", digest, file: copy });
    return { kind: "file", digest, recipe: "" };
  });
}

function mustMatch(file: GivenFile, sha256: string): void {
  if (file.sha256 !== undefined && file.sha256 !== sha256)
    throw new InputError([
      { property: "file.sha256", reason: `"${file.path}" has ${sha256}, not ${file.sha256}` },
    ]);
}

function hashOf(path: string, shown: string): Promise<string> {
  return readable(shown, async () => {
    const hash = createHash("sha256");
    for await (const chunk of createReadStream(path)) hash.update(chunk);
    return hash.digest("hex");
  });
}

async function readable<T>(path: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === undefined) throw error;
    const why = code === "ENOENT" ? "does not exist" : `cannot be read (${code})`;
    throw new InputError([{ property: "file.path", reason: `"${path}" ${why}` }]);
  }
}
