import { existsSync } from "node:fs";
import { installPackages } from "./apt.ts";
import { hasProgram } from "./paths.ts";
import { type Say, SetupError } from "./progress.ts";
import { canBeRoot, findDistribution } from "./root.ts";

/** Tools that check in the tests what the provider wrote by other means, and their Debian packages. */
const packages: Readonly<Record<string, string>> = {
  "7z": "p7zip-full",
  bash: "bash",
  bsdtar: "libarchive-tools",
  busybox: "busybox-static",
  cpio: "cpio",
  dash: "dash",
  debugfs: "e2fsprogs",
  dumpe2fs: "e2fsprogs",
  e2fsck: "e2fsprogs",
  file: "file",
  "fsck.fat": "dosfstools",
  isoinfo: "genisoimage",
  make: "make",
  mcopy: "mtools",
  "mkfs.fat": "dosfstools",
  mksquashfs: "squashfs-tools",
  patch: "patch",
  python3: "python3",
  "qemu-img": "qemu-utils",
  "qemu-system-x86_64": "qemu-system-x86",
  sbverify: "sbsigntool",
  sfdisk: "fdisk",
  sgdisk: "gdisk",
  shellcheck: "shellcheck",
  socat: "socat",
  sqfs2tar: "squashfs-tools-ng",
  syslinux: "syslinux",
  xorriso: "xorriso",
  xz: "xz-utils",
  zstd: "zstd",
};

/** Packages without a program of their own: boot code that the host runner reads; another clock, and a reader of VMDKs. */
const files: Readonly<Record<string, string>> = {
  "/usr/lib/syslinux/mbr/mbr.bin": "syslinux-common",
  "/usr/lib/x86_64-linux-gnu/faketime/libfaketime.so.1": "libfaketime",
  "/usr/share/OVMF/OVMF_CODE_4M.fd": "ovmf",
  "/var/lib/dpkg/info/python3-libvmdk:amd64.list": "python3-libvmdk",
};

/** Provides the tools that only the tests run on the host. */
export async function setUpHostTools(say: Say): Promise<string> {
  const all = { ...packages, ...files };
  const missing = Object.keys(all).filter((tool) =>
    tool.startsWith("/") ? !existsSync(tool) : !hasProgram(tool),
  );
  const wanted = [...new Set(missing.map((tool) => all[tool] ?? tool))];
  if (missing.length === 0) return `${Object.keys(packages).join(", ")}, with which tests check`;
  if (findDistribution().usesApt && (await canBeRoot())) {
    say(`installing ${wanted.join(", ")}, because tests check with ${missing.join(", ")}`);
    await installPackages(wanted);
    return `${missing.join(", ")} installed`;
  }
  throw new SetupError(
    `The tests check with ${missing.join(", ")}, which this machine does not have`,
    `install ${wanted.join(", ")}`,
  );
}
