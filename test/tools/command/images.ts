import { execFileSync } from "node:child_process";
import { mkdir, symlink, truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";

const run = (tool: string, ...args: string[]) => execFileSync(tool, args, { stdio: "pipe" });

export const uuid = "6bde6dc6-f048-44bf-8da1-f7c85f551fbf";

/** A folder with what a machine may have: a large file, a folder with a hash tree, links of both kinds, a hole, a boot configuration. */
export async function makeFolder(folder: string): Promise<void> {
  for (const path of ["usr/share/many", "boot/extlinux", "etc"])
    await mkdir(join(folder, path), { recursive: true });
  await writeFile(join(folder, "usr/large"), Buffer.alloc(3_000_000, "large "));
  for (let i = 0; i < 600; i++)
    await writeFile(
      join(folder, `usr/share/many/a-rather-long-name-${"x".repeat(60)}-${i}`),
      `${i}`,
    );
  await symlink("/etc/target", join(folder, "short"));
  await symlink(`${"long/".repeat(40)}end`, join(folder, "long"));
  run("ln", join(folder, "usr/large"), join(folder, "usr/hard"));
  await writeFile(join(folder, "sparse"), "");
  await truncate(join(folder, "sparse"), 5_000_000);
  await writeFile(
    join(folder, "boot/extlinux/extlinux.conf"),
    "DEFAULT linux\nLABEL linux\n  KERNEL /vmlinuz\n  APPEND ro <b>console=ttyS0\n",
  );
}

/** An ext4 of 32 MiB that mke2fs makes of a folder. */
export async function makeExt4(folder: string, image: string): Promise<void> {
  await writeFile(image, "");
  await truncate(image, 32 * 2 ** 20);
  run("mke2fs", "-q", "-t", "ext4", "-U", uuid, "-L", "root", "-d", folder, image);
}

/** A FAT of 8 MiB with a program for UEFI and a name that 8.3 does not hold. */
export async function makeFat(image: string): Promise<void> {
  await writeFile(image, "");
  await truncate(image, 8 * 2 ** 20);
  run("mkfs.fat", "-n", "ESP", "-i", "12345678", image);
  await writeFile(`${image}.efi`, "MZ");
  run("mmd", "-i", image, "::/EFI", "::/EFI/BOOT");
  run("mcopy", "-i", image, `${image}.efi`, "::/EFI/BOOT/BOOTX64.EFI");
  run("mcopy", "-i", image, `${image}.efi`, "::/a name longer than 8.3");
}

/** A GPT disk of sfdisk's with a FAT of 8 MiB and an ext4 of 32 MiB. */
export async function makeDisk(disk: string, fat: string, ext4: string): Promise<void> {
  await writeFile(disk, "");
  await truncate(disk, 48 * 2 ** 20);
  const table = [
    "label: gpt",
    "label-id: 11111111-2222-3333-4444-555555555555",
    'start=2048, size=16384, type=uefi, name="esp"',
    'start=18432, size=65536, type=linux, name="root", attrs=LegacyBIOSBootable',
  ];
  execFileSync("sfdisk", ["--quiet", disk], { input: `${table.join("\n")}\n` });
  const put = (file: string, sector: number) =>
    run("dd", `if=${file}`, `of=${disk}`, "bs=512", `seek=${sector}`, "conv=notrunc,sparse");
  put(fat, 2048);
  put(ext4, 18432);
}
