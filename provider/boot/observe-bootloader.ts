import { InputError } from "../errors.ts";
import type { Context } from "../resource.ts";
import type { BootloaderInputs } from "./bootloader-schema.ts";
import { kindOfLoader } from "./bootloader-types.ts";
import { knownKernelProblem } from "./efi-kernel.ts";

/** Looks at what is there before anything is made: a preview refuses a kernel that UEFI does not start. */
export async function observeBootloader(
  { type, kernel }: BootloaderInputs,
  ctx: Pick<Context, "store">,
): Promise<Partial<BootloaderInputs>> {
  const reason = kindOfLoader(type).startsEfiKernel && (await knownKernelProblem(kernel.ref, ctx));
  if (reason) throw new InputError([{ property: "kernel.ref", reason }]);
  return {};
}
