import { readFile } from "node:fs/promises";
import { ContentError } from "../errors.ts";
import { efiProblem } from "../plan/efi-image.ts";
import type { Ref } from "../plan/ref.ts";
import type { Context } from "../resource.ts";

/** The way out for a kernel that UEFI does not start. */
export const stubHint = "build it with EFI and EFI_STUB";

/** The bytes of a kernel; an error where the firmware does not start it. */
export async function demandEfiKernel(
  kernel: Ref,
  ctx: Pick<Context, "materialise">,
): Promise<Buffer> {
  const bytes = await readFile(await ctx.materialise(kernel));
  const problem = efiProblem(bytes);
  if (problem)
    throw new ContentError(`The kernel cannot be started by UEFI: ${problem}`, { hint: stubHint });
  return bytes;
}

/** Why a kernel that the store has already is not started by UEFI; undefined where it is, or is not made yet. */
export async function knownKernelProblem(
  kernel: Ref,
  { store }: Pick<Context, "store">,
): Promise<string | undefined> {
  if (kernel.kind !== "file" || !(await store.has("file", kernel.digest))) return undefined;
  const problem = efiProblem(await readFile(store.path("file", kernel.digest)));
  return problem && `cannot be started by UEFI: ${problem} (${stubHint})`;
}
