import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Firmware } from "../host/qemu.ts";
import type { Context } from "../resource.ts";
import { secureBootVariables } from "../signing/secure-boot-variables.ts";
import { withVariables } from "../signing/variable-store.ts";

const folderOfOvmf = "/usr/share/OVMF";

/**
 * UEFI firmware with variables of its own, as a machine has them that was never switched on. With a certificate (DER) it starts only what
 * that certificate's key has signed.
 */
export async function disposableUefi(
  folder: string,
  { runner, signal }: Pick<Context, "runner" | "signal">,
  trusted?: Uint8Array,
): Promise<Firmware> {
  const variables = join(folder, "uefi-variables");
  await runner.run(
    {
      tool: "cp",
      args: ["--no-preserve=mode", `${folderOfOvmf}/OVMF_VARS_4M.fd`, variables],
      purpose: "to give the machine UEFI firmware",
      writes: folder,
      package: "ovmf",
    },
    { signal },
  );
  if (!trusted) return { code: `${folderOfOvmf}/OVMF_CODE_4M.fd`, variables };
  await writeFile(
    variables,
    withVariables(await readFile(variables), secureBootVariables(trusted)),
  );
  return { code: `${folderOfOvmf}/OVMF_CODE_4M.secboot.fd`, variables, isSecure: true };
}
