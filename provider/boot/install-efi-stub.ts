import { ContentError } from "../errors.ts";
import type { BootInstall, DiskBlob } from "../plan/boot-files.ts";
import { namesInitrd } from "../plan/efi-image.ts";
import type { Ref } from "../plan/ref.ts";
import type { Context } from "../resource.ts";
import { demandEfiKernel } from "./efi-kernel.ts";
import { placeProgram, type Signing } from "./efi-program.ts";

/** A kernel that the firmware starts itself, and its initrd. */
export interface EfiStubPlan {
  readonly method: "efi-stub";
  readonly partition: string;
  readonly kernel: Ref;
  readonly initrd?: Ref | undefined;
  /** Whose signature the kernel gets; absent where nobody signs. */
  readonly signing?: Signing | undefined;
}

/** Where firmware looks on a disk that it knows nothing else of (UEFI 2.10 §3.5.1.1). */
const kernelPath = "/EFI/BOOT/BOOTX64.EFI";
const initrdName = "initrd.img";

/** The kernel where the firmware looks for it; refuses one that cannot be started so, or would not load its initrd. */
export async function installEfiStub(
  { partition, kernel, initrd, signing }: EfiStubPlan,
  ctx: Context,
): Promise<{ installs: BootInstall[]; blobs: DiskBlob[] }> {
  const bytes = await demandEfiKernel(kernel, ctx);
  if (initrd && !namesInitrd(bytes, initrdName))
    throw new ContentError(
      `The kernel would not load its initrd: nothing in it says initrd=\\${initrdName}, and nobody else tells it`,
      {
        hint: `build it with CMDLINE_BOOL and initrd=\\${initrdName} in CMDLINE (Linux 6.13 or later), give it to the Kernel as its initramfs and leave it out here, or take a boot loader`,
      },
    );
  const files = [
    { path: kernelPath, mode: 0o644, content: await placeProgram(kernel, signing, ctx) },
    ...(initrd ? [{ path: `/${initrdName}`, mode: 0o644, content: initrd }] : []),
  ];
  return {
    installs: [{ partition, method: "files", directory: "/EFI/BOOT", files }],
    blobs: [],
  };
}
