import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { BootInstall, DiskBlob } from "../plan/boot-files.ts";
import { grubEmbedded } from "../plan/grub-config.ts";
import { grubBootCode, grubCoreAt } from "../plan/grub-core.ts";
import { sectorBytes } from "../plan/layout.ts";
import type { Ref } from "../plan/ref.ts";
import type { Context } from "../resource.ts";

/** What GRUB is to do: what of it starts, and where its configuration lies. */
export interface GrubPlan {
  readonly method: "grub";
  /** Where the core for a BIOS goes, and the room there; absent without BIOS. */
  readonly bios?: { readonly startSector: number; readonly sectors: number } | undefined;
  /** Partition that UEFI starts from; absent without UEFI. */
  readonly esp?: string | undefined;
  /** Partition of the configuration. */
  readonly partition: string;
  readonly filesystem: "ext2" | "fat";
  readonly filesystemUuid: string;
  /** Where its files go there, such as `/boot/grub`. */
  readonly directory: string;
  /** Text of grub.cfg. */
  readonly config: string;
  /** Kernel and initrd, where they are not in the filesystem already. */
  readonly placed: readonly { readonly path: string; readonly content: Ref }[];
}

type Format = "i386-pc" | "x86_64-efi";

const purpose = "to make GRUB";
const common = [
  ...["part_msdos", "part_gpt", "search", "search_fs_uuid", "normal", "configfile", "linux"],
  ...["echo", "test", "ls", "sleep", "reboot", "halt", "serial", "terminal"],
];
const ownModules: Readonly<Record<Format, readonly string[]>> = {
  "i386-pc": ["biosdisk"],
  // Without a video driver Linux gets no screen from UEFI.
  "x86_64-efi": ["all_video", "chain"],
};

/** GRUB for a BIOS, for UEFI or for both, with one configuration; a change of the menu makes neither again but by name. */
export async function installGrub(
  plan: GrubPlan,
  ctx: Context,
): Promise<{ installs: BootInstall[]; blobs: DiskBlob[] }> {
  const { bios, esp, partition, directory, config, placed } = plan;
  const put = async (bytes: Uint8Array): Promise<Ref> => ({
    kind: "file",
    digest: await ctx.store.putBytes(bytes),
    recipe: "",
  });
  const file = (path: string, content: Ref) => ({ path, mode: 0o644, content });
  const text = await put(Buffer.from(config));
  const files = [
    file(`${directory}/grub.cfg`, text),
    ...placed.map(({ path, content }) => file(path, content)),
  ];
  const installs: BootInstall[] = [{ partition, method: "files", directory, files }];
  const blobs: DiskBlob[] = [];
  if (esp !== undefined) {
    const program = file(
      "/EFI/BOOT/BOOTX64.EFI",
      await put(await grubImage("x86_64-efi", plan, ctx)),
    );
    installs.push({ partition: esp, method: "files", directory: "/EFI/BOOT", files: [program] });
  }
  if (bios) {
    const core = grubCoreAt(await grubImage("i386-pc", plan, ctx), bios);
    const code = grubBootCode(await takeBootImage(ctx), bios.startSector);
    blobs.push({ offsetBytes: 0, content: await put(code) });
    blobs.push({ offsetBytes: bios.startSector * sectorBytes, content: await put(core) });
  }
  return { installs, blobs };
}

/** grub-mkimage gives the same bytes again; grub-mkstandalone packs times of the clock. */
function grubImage(
  format: Format,
  { filesystem, filesystemUuid, directory }: GrubPlan,
  { runner, signal, store }: Pick<Context, "runner" | "signal" | "store">,
): Promise<Uint8Array> {
  return store.stage(async (folder) => {
    const config = join(folder, "embedded.cfg");
    const out = join(folder, "grub.img");
    await writeFile(config, grubEmbedded(filesystemUuid, directory));
    const modules = [...common, filesystem, ...ownModules[format]];
    const args = ["-O", format, "-o", out, "-p", directory, "-c", config, ...modules];
    const name = format === "i386-pc" ? "grub-pc-bin" : "grub-efi-amd64-bin";
    await runner.run(
      { tool: "grub-mkimage", args, purpose, writes: folder, package: name },
      { signal },
    );
    return readFile(out);
  });
}

function takeBootImage({
  runner,
  signal,
  store,
}: Pick<Context, "runner" | "signal" | "store">): Promise<Uint8Array> {
  return store.stage(async (folder) => {
    const args = ["/usr/lib/grub/i386-pc/boot.img", folder];
    await runner.run(
      { tool: "cp", args, purpose, writes: folder, package: "grub-pc-bin" },
      { signal },
    );
    return readFile(join(folder, "boot.img"));
  });
}
