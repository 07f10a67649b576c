import { basename, join } from "node:path";
import type { BootInstall, DiskBlob } from "../plan/boot-files.ts";
import type { Ref } from "../plan/ref.ts";
import type { Context } from "../resource.ts";
import { buildUki, type UkiPlan } from "./build-uki.ts";
import { demandEfiKernel } from "./efi-kernel.ts";
import { commitProgram, placeProgram, type Signing } from "./efi-program.ts";

/** What systemd-boot is to do, or the firmware with a UKI. */
export interface SystemdBootPlan {
  readonly method: "systemd-boot";
  /** Partition that UEFI starts from. */
  readonly esp: string;
  /** False where the firmware starts the UKI itself. */
  readonly loader: boolean;
  readonly kernel: Ref;
  readonly texts: readonly { readonly path: string; readonly text: string }[];
  readonly ukis: readonly UkiPlan[];
  /** Kernel and initrd of entries of text. */
  readonly placed: readonly { readonly path: string; readonly content: Ref }[];
  /** Whose signature systemd-boot, UKIs and the kernel get; absent where nobody signs. */
  readonly signing?: Signing | undefined;
}

const loaderFile = "/usr/lib/systemd/boot/efi/systemd-bootx64.efi";

/** Where firmware looks on a disk that it knows nothing else of (UEFI 2.10 §3.5.1.1). */
export const firmwarePath = "/EFI/BOOT/BOOTX64.EFI";

/** The files of an ESP; refuses a kernel that UEFI does not start. */
export async function installSystemdBoot(
  plan: SystemdBootPlan,
  ctx: Context,
): Promise<{ installs: BootInstall[]; blobs: DiskBlob[] }> {
  await demandEfiKernel(plan.kernel, ctx);
  const put = async (bytes: Uint8Array): Promise<Ref> => ({
    kind: "file",
    digest: await ctx.store.putBytes(bytes),
    recipe: "",
  });
  const files: { path: string; mode: number; content: Ref }[] = [];
  const add = (path: string, content: Ref) => files.push({ path, mode: 0o644, content });
  const { signing } = plan;
  if (plan.loader) add(firmwarePath, await takeLoader(signing, ctx));
  for (const uki of plan.ukis) add(uki.path, await buildUki(uki, signing, ctx));
  for (const { path, content } of plan.placed) {
    const isKernel = content.digest === plan.kernel.digest;
    add(path, isKernel ? await placeProgram(content, signing, ctx) : content);
  }
  for (const { path, text } of plan.texts) add(path, await put(Buffer.from(text)));
  return {
    installs: [{ partition: plan.esp, method: "files", directory: "/EFI/BOOT", files }],
    blobs: [],
  };
}

function takeLoader(signing: Signing | undefined, ctx: Context): Promise<Ref> {
  const { runner, signal, store } = ctx;
  return store.stage(async (folder) => {
    const args = [loaderFile, folder];
    const purpose = "to take systemd-boot";
    await runner.run(
      { tool: "cp", args, purpose, writes: folder, package: "systemd-boot-efi" },
      { signal },
    );
    return commitProgram(join(folder, basename(loaderFile)), signing, ctx);
  });
}
