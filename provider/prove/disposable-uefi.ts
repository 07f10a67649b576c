import { join } from "node:path";
import type { Machine } from "../host/qemu.ts";
import type { Context } from "../resource.ts";

const folderOfOvmf = "/usr/share/OVMF";

/** UEFI firmware with variables of its own, as a machine has them that was never switched on. */
export async function disposableUefi(
  folder: string,
  { runner, signal }: Pick<Context, "runner" | "signal">,
): Promise<NonNullable<Machine["uefi"]>> {
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
  return { code: `${folderOfOvmf}/OVMF_CODE_4M.fd`, variables };
}
