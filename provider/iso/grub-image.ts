import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Context } from "../resource.ts";
import { grubEmbedded } from "./grub-menu.ts";

/** GRUB for both kinds of firmware, and the boot code of a disk. */
export interface GrubImages {
  /** For El Torito: GRUB's loader of CDs and its core. */
  readonly bios: Uint8Array;
  readonly efi: Uint8Array;
  /** A file with the first 432 bytes of a disk, which find the core by what xorriso writes into them. */
  readonly hybridFile: string;
}

const common =
  "normal configfile linux iso9660 search search_fs_file part_msdos part_gpt all_video echo test ls sleep reboot halt serial terminal gfxterm loopback".split(
    " ",
  );
const formats = {
  "i386-pc": [...common, "biosdisk"],
  "x86_64-efi": [...common, "fat", "chain", "efi_gop", "efi_uga"],
} as const;
const purpose = "to take GRUB's boot code";

/** Makes GRUB's images, in a stage. grub-mkimage gives the same bytes again; grub-mkstandalone packs times of the clock. */
export async function takeGrub(
  marker: string,
  folder: string,
  { runner, signal }: Pick<Context, "runner" | "signal">,
): Promise<GrubImages> {
  const config = join(folder, "embedded.cfg");
  await writeFile(config, grubEmbedded(marker));
  const image = async (format: keyof typeof formats) => {
    const out = join(folder, `${format}.img`);
    const args = ["-O", format, "-o", out, "-p", "/boot/grub", "-c", config, ...formats[format]];
    const name = format === "i386-pc" ? "grub-pc-bin" : "grub-efi-amd64-bin";
    const step = { tool: "grub-mkimage", args, purpose, writes: folder, package: name };
    await runner.run(step, { signal });
    return readFile(out);
  };
  const core = await image("i386-pc");
  const efi = await image("x86_64-efi");
  const blobs = ["cdboot.img", "boot_hybrid.img"].map((name) => `/usr/lib/grub/i386-pc/${name}`);
  const copy = { tool: "cp", args: [...blobs, folder], purpose, writes: folder };
  await runner.run({ ...copy, package: "grub-pc-bin" }, { signal });
  const loader = await readFile(join(folder, "cdboot.img"));
  return {
    bios: Buffer.concat([loader, core]),
    efi,
    hybridFile: join(folder, "boot_hybrid.img"),
  };
}
