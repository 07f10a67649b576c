import { existsSync } from "node:fs";
import { mkdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { execa } from "execa";
import { hasProgram } from "../bin/setup/paths.ts";

const tools = ["sfdisk", "losetup", "mkfs.ext4", "mount", "tar", "extlinux"];
const bootCode = "/usr/lib/syslinux/mbr/mbr.bin";
const startBytes = 2 ** 20;

/** Why the steps by hand cannot be run on this machine; undefined when they can. */
export function whyNotByHand(): string | undefined {
  if (process.getuid?.() !== 0)
    return "they mount a loop device, which only root may, and this is not root";
  if (!existsSync("/dev/loop-control")) return "this machine has no loop devices";
  const missing = tools.filter((tool) => !hasProgram(tool));
  if (!existsSync(bootCode)) missing.push(bootCode);
  if (missing.length === 0) return undefined;
  return `${missing.join(", ")} are missing (apt-get install extlinux syslinux-common fdisk e2fsprogs)`;
}

/**
 * Makes a bootable disk of an image of the engine as people do by hand, as root: the steps of the article "HOWTO boot a Docker image"
 * (2025-08-05) with fdisk's answers given by sfdisk, and the partition found by its offset because containers have no udev.
 * Resolves to the seconds that it took.
 */
export async function makeDiskByHand(
  docker: string,
  image: string,
  sizeBytes: number,
  folder: string,
): Promise<number> {
  await mkdir(folder);
  const [disk, tar, root] = [join(folder, "disk.img"), join(folder, "tar"), join(folder, "root")];
  let container = "";
  let device = "";
  let mounted = false;
  const started = performance.now();
  try {
    await run("fallocate", "--length", `${sizeBytes}`, disk);
    await execa("sfdisk", ["--quiet", disk], { input: "start=2048, type=83, bootable\n" });
    device = await run(
      ...["losetup", "--find", "--show", "--offset", `${startBytes}`],
      ...["--sizelimit", `${sizeBytes - startBytes}`, disk],
    );
    await run("mkfs.ext4", "-q", device);
    const uuid = await run("blkid", "--match-tag", "UUID", "--output", "value", device);
    await mkdir(root);
    await run("mount", device, root);
    mounted = true;
    container = await run(docker, "run", "--detach", image, "true");
    await execa(docker, ["export", container], { stdout: { file: tar }, buffer: false });
    await run("tar", "-C", root, "--numeric-owner", "-xf", tar);
    await run("extlinux", "--install", join(root, "boot"));
    await writeFile(join(root, "boot/syslinux.cfg"), bootMenu(uuid));
    await run("umount", root);
    mounted = false;
    await run("losetup", "--detach", device);
    device = "";
    await run("dd", `if=${bootCode}`, `of=${disk}`, "bs=440", "count=1", "conv=notrunc");
    return (performance.now() - started) / 1000;
  } finally {
    if (mounted) await run("umount", root);
    if (device !== "") await run("losetup", "--detach", device);
    if (container !== "") await run(docker, "rm", "--force", container);
    await rm(folder, { recursive: true, force: true });
  }
}

function bootMenu(uuid: string): string {
  const append = `rw root=UUID=${uuid} initrd=/initrd.img`;
  return `DEFAULT linux\nLABEL linux\n  KERNEL /vmlinuz\n  APPEND ${append}\n`;
}

async function run(program: string, ...args: string[]): Promise<string> {
  return (await execa(program, args, { stdin: "ignore" })).stdout;
}
