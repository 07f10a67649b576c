import { createHash } from "node:crypto";
import { readFile, stat } from "node:fs/promises";
import { join, resolve } from "node:path";
import { InputError } from "../../errors.ts";
import {
  type LastPlacement,
  parsePlacement,
  sortedTexts,
} from "../../ext4/placement/last-placement.ts";
import { placedNames } from "../../ext4/placement/placement-of.ts";
import type { Ext4Plan } from "../../ext4/plan.ts";
import type { Ref } from "../../plan/ref.ts";
import type { Context } from "../../resource.ts";
import { writeTexts } from "../../tree/lines.ts";
import { type GivenFile, observeFile, storeFile } from "../collect/given-file.ts";

/** That of a filesystem with a million names has a tenth. */
const mostBytes = 1024 * 2 ** 20;

/** The file of an earlier placement with the hash that it has now; an error when it is missing or is none. */
export async function observePlacement(
  file: GivenFile,
  ctx: Pick<Context, "cwd">,
): Promise<Required<GivenFile>> {
  return named(async () => {
    const found = await observeFile(file, ctx);
    await readPlacement(resolve(ctx.cwd, file.path));
    return found;
  });
}

/** An earlier placement: from the store if it is known there, else from the project. */
export async function loadPlacement(
  file: Required<GivenFile>,
  ctx: Context,
): Promise<LastPlacement> {
  const digest = `sha256:${file.sha256}`;
  if (!(await ctx.store.has("file", digest))) await named(() => storeFile(file, ctx));
  return named(() => readPlacement(ctx.store.path("file", digest)));
}

/** Puts where everything lies in a plan into the store, as a file. */
export async function storePlacement(plan: Ext4Plan, { store }: Context): Promise<Ref> {
  return store.stage(async (folder) => {
    const file = join(folder, "placement");
    const hash = createHash("sha256");
    await writeTexts(file, sortedTexts(placedNames(plan)), (piece) => hash.update(piece));
    const digest = `sha256:${hash.digest("hex")}`;
    await store.commit({ kind: "file", digest, file });
    return { kind: "file", digest, recipe: "" };
  });
}

async function readPlacement(path: string): Promise<LastPlacement> {
  const { size } = await stat(path);
  const refuse = (reason: string) => new InputError([{ property: "file.path", reason }]);
  if (size > mostBytes) throw refuse(`has ${size} bytes, no placement has more than ${mostBytes}`);
  try {
    return parsePlacement(await readFile(path, "utf8"));
  } catch (error) {
    throw refuse(error instanceof Error ? error.message : String(error));
  }
}

/** Says of which input the file is. */
async function named<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    throw new InputError(
      error.problems.map(({ property, reason }) => ({
        property: property.replace(/^file/, "lastPlacement"),
        reason,
      })),
    );
  }
}
