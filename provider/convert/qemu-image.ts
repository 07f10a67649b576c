import type { Context } from "../resource.ts";
import { type FixUp, fixFile } from "./patch.ts";
import { fixVdi } from "./vdi.ts";
import { fixVhdx } from "./vhdx.ts";
import { fixVmdk } from "./vmdk.ts";

/** How qemu-img is asked for a format, and what is put right after it. */
interface QemuFormat {
  readonly options?: string;
  readonly fixUp?: FixUp;
}

/** The formats that qemu-img writes, by the names it has for them. */
export const qemuFormats = {
  qcow2: {},
  vdi: { fixUp: fixVdi },
  vhdx: { options: "subformat=dynamic", fixUp: fixVhdx },
  // The adapter is the one that VMware and VirtualBox both give a SCSI disk.
  vmdk: { options: "subformat=streamOptimized,adapter_type=lsilogic", fixUp: fixVmdk },
} as const satisfies Record<string, QemuFormat>;
export type QemuFormatName = keyof typeof qemuFormats;

/** A raw disk by path and digest, and the folder of a stage. */
export interface Conversion {
  readonly disk: string;
  readonly digest: string;
  readonly folder: string;
}

/** Writes `file`, in a stage, from a raw disk and compares the two. A VMDK holds the file's name: it decides the bytes. */
export async function convertDisk(
  name: QemuFormatName,
  file: string,
  { disk, digest, folder }: Conversion,
  ctx: Pick<Context, "runner" | "signal">,
): Promise<void> {
  const { options, fixUp }: QemuFormat = qemuFormats[name];
  const qemuImg = (args: readonly string[], purpose: string) =>
    ctx.runner.run(
      { tool: "qemu-img", args, purpose, writes: folder, package: "qemu-utils" },
      { signal: ctx.signal },
    );
  const asked = options === undefined ? [] : ["-o", options];
  await qemuImg(
    ["convert", "-f", "raw", "-O", name, ...asked, disk, file],
    `to convert the disk image to ${name}`,
  );
  if (fixUp) {
    await fixFile(file, fixUp, digest);
    await qemuImg(["check", "-f", name, file], `to check the ${name} image`);
  }
  await qemuImg(
    ["compare", "-f", "raw", "-F", name, disk, file],
    `to compare the ${name} image with the disk`,
  );
}
