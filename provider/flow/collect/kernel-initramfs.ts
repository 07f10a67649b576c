import { constants, copyFile, open, rm } from "node:fs/promises";
import { join } from "node:path";
import { InputError } from "../../errors.ts";
import { builtInPath, builtInProblem, magicBytes } from "../../kernel/built-in-initramfs.ts";
import type { Ref } from "../../plan/ref.ts";
import type { Context } from "../../resource.ts";

/** Puts an initramfs where the build of a configured source finds it; an error where its kernel could not unpack it. */
export async function buildIn(
  initramfs: Ref,
  folder: string,
  final: ReadonlyMap<string, string>,
  ctx: Context,
): Promise<void> {
  const from = await ctx.materialise(initramfs);
  const reason = builtInProblem(await headOf(from), final);
  if (reason) throw new InputError([{ property: "initramfs", reason }]);
  const to = join(folder, builtInPath);
  await rm(to, { force: true });
  // EXCL: never through a link that the source has in its place.
  await copyFile(from, to, constants.COPYFILE_EXCL | constants.COPYFILE_FICLONE);
}

async function headOf(path: string): Promise<Buffer> {
  const file = await open(path);
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(magicBytes), 0, magicBytes, 0);
    return buffer.subarray(0, bytesRead);
  } finally {
    await file.close();
  }
}
