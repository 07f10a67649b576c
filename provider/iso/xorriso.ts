import type { Context } from "../resource.ts";

/** What xorriso is told of an image. */
export interface IsoFrame {
  readonly volumeId: string;
  readonly diskGuid: string;
  readonly sourceDateEpoch: number;
  /** The file that is written. */
  readonly out: string;
  /** FAT filesystem that UEFI starts from. */
  readonly esp: string;
  /** Boot code for the first sector of a disk. */
  readonly hybrid: string;
  /** Path on the medium, without a leading slash, and the file that has its bytes. */
  readonly files: readonly { readonly path: string; readonly from: string }[];
}

/** Where GRUB for a BIOS lies on the medium; xorriso writes into it where it lies. */
export const biosPath = "boot/grub/bios.img";
/** El Torito's catalogue, which xorriso writes. */
export const catalogPath = "boot/grub/boot.cat";

/** Type of an EFI system partition (UEFI 2.10 §5.3.3). */
const espType = "C12A7328-F81F-11D2-BA4B-00A0C93EC93B";

/**
 * The arguments of `env` that have xorriso write a medium: a CD for BIOS and UEFI by El Torito, and a disk for both by boot code and a GPT
 * whose second partition is the ESP, which both share. All times are one time (xorrisofs(1)).
 */
export function isoArguments(frame: IsoFrame): string[] {
  const { volumeId, diskGuid, sourceDateEpoch, out, esp, hybrid, files } = frame;
  const last = files.filter(({ path }) => path.endsWith(".squashfs"));
  return [
    ...[`SOURCE_DATE_EPOCH=${sourceDateEpoch}`, "xorriso", "-as", "mkisofs", "-quiet"],
    ...["-iso-level", "3", "-full-iso9660-filenames", "-R", "-J", "-joliet-long"],
    ...["-uid", "0", "-gid", "0", "-dir-mode", "0755", "-file-mode", "0644"],
    ...["-V", volumeId, `--modification-date=${volumeDate(sourceDateEpoch)}`],
    ...["--set_all_file_dates", `=${sourceDateEpoch}`, "-o", out],
    ...["-partition_offset", "16", "--gpt_disk_guid", diskGuid],
    ...["-b", biosPath, "-c", catalogPath, "-no-emul-boot", "-boot-load-size", "4"],
    ...["-boot-info-table", "--grub2-boot-info", "--grub2-mbr", hybrid, "--mbr-force-bootable"],
    ...["-append_partition", "2", espType, esp, "-appended_part_as_gpt"],
    ...["-eltorito-alt-boot", "-e", "--interval:appended_partition_2:all::", "-no-emul-boot"],
    // What is large and changes most comes last, so that the rest stays where it lies.
    ...last.flatMap(({ path }) => ["--sort-weight", "-1", `/${path}`]),
    ...["-graft-points", ...files.map(({ path, from }) => `${grafted(path)}=${grafted(from)}`)],
  ];
}

/** YYYYMMDDhhmmsscc of ECMA-119 §8.4.26.1, in UTC. */
export function volumeDate(epochSeconds: number): string {
  return `${new Date(epochSeconds * 1000).toISOString().slice(0, 19).replace(/\D/g, "")}00`;
}

function grafted(path: string): string {
  return path.replace(/[\\=]/g, "\\$&");
}

/** Runs xorriso, behind `env` with what that is told, in a stage. */
export async function runXorriso(
  args: readonly string[],
  purpose: string,
  folder: string,
  { runner, signal }: Pick<Context, "runner" | "signal">,
): Promise<void> {
  await runner.run({ tool: "env", args, purpose, writes: folder, package: "xorriso" }, { signal });
}
