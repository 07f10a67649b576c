import type { BootInstall, DiskBlob, PlacedFile } from "../plan/boot-files.ts";
import type { Ref } from "../plan/ref.ts";
import type { Context } from "../resource.ts";
import { type SyslinuxName, syslinuxFiles } from "./syslinux.ts";

/** What SYSLINUX is to do: on ext4 as `extlinux`, on FAT as `syslinux`. */
export interface SyslinuxPlan {
  readonly method: "extlinux" | "syslinux";
  readonly partition: string;
  /** Where its files go, such as `/boot`. */
  readonly directory: string;
  readonly table: "mbr" | "gpt";
  readonly menu: boolean;
  /** Text of syslinux.cfg. */
  readonly config: string;
  /** Kernel and initrd, where they are not in the filesystem already. */
  readonly placed: readonly { readonly path: string; readonly content: Ref }[];
}

/** SYSLINUX's files for a filesystem, and the boot code for the disk's first 440 bytes. */
export async function installSyslinux(
  plan: SyslinuxPlan,
  ctx: Context,
): Promise<{ installs: BootInstall[]; blobs: DiskBlob[] }> {
  const { method, partition, directory, placed } = plan;
  const modules: SyslinuxName[] = [
    "ldlinux.c32",
    ...(plan.menu ? (["menu.c32", "libcom32.c32", "libutil.c32"] as const) : []),
  ];
  const taken = await syslinuxFiles(ctx);
  const at = (name: string) => `${directory === "/" ? "" : directory}/${name}`;
  const put = async (bytes: Uint8Array): Promise<Ref> => ({
    kind: "file",
    digest: await ctx.store.putBytes(bytes),
    recipe: "",
  });
  const files: PlacedFile[] = [
    { path: at("ldlinux.sys"), mode: 0o444, content: await put(taken("ldlinux.sys")) },
  ];
  for (const name of modules)
    files.push({ path: at(name), mode: 0o644, content: await put(taken(name)) });
  const text = Buffer.from(plan.config);
  files.push({ path: at("syslinux.cfg"), mode: 0o644, content: await put(text) });
  files.push(...placed.map((file) => ({ ...file, mode: 0o644 })));
  const bootCode = plan.table === "gpt" ? "gptmbr.bin" : "mbr.bin";
  const bootSector = await put(taken("boot sector"));
  return {
    installs: [{ partition, method, directory, files, bootSector }],
    blobs: [{ offsetBytes: 0, content: await put(taken(bootCode)) }],
  };
}
