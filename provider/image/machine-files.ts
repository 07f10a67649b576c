import type { InputProblem } from "../errors.ts";
import { growFiles, growTools } from "./grow-files.ts";
import { type ImagePaths, type MachineFile, text } from "./machine-file.ts";
import { networkdFiles } from "./network-files.ts";

/** What machine files are decided by. */
export interface MachineWishes {
  readonly hostname?: string | undefined;
  readonly network: "none" | "dhcp";
  readonly growRootOnFirstBoot: boolean;
}

const unitFolders = ["usr/lib/systemd/system", "lib/systemd/system"];

/** The entries that turn an image's userland into the wished machine, or the problems with it. */
export function machineFiles(
  wishes: MachineWishes,
  image: ImagePaths,
): { files: MachineFile[]; problems: InputProblem[] } {
  const files: MachineFile[] = [];
  const problems: InputProblem[] = [];
  if (wishes.hostname !== undefined) {
    files.push(text("etc/hostname", `${wishes.hostname}\n`));
    if (image.blank("etc/hosts")) files.push(text("etc/hosts", hosts(wishes.hostname)));
  }
  if (wishes.network === "dhcp") {
    const folder = unitFolders.find((f) => image.has(`${f}/systemd-networkd.service`));
    if (folder) files.push(...networkdFiles(folder, image));
    else
      problems.push({
        property: "network",
        reason:
          '"dhcp" needs systemd-networkd in the image, which has none (install the package systemd in the Dockerfile)',
      });
  }
  if (wishes.growRootOnFirstBoot) {
    const missing = growTools.filter(
      (tool) => !["usr/bin", "bin", "usr/sbin", "sbin"].some((f) => image.has(`${f}/${tool}`)),
    );
    if (missing.length === 0) files.push(...growFiles);
    else
      problems.push({
        property: "growRootOnFirstBoot",
        reason: `the image has no ${missing.join(", ")} (install the packages systemd-sysv, util-linux, fdisk and e2fsprogs in the Dockerfile)`,
      });
  }
  return { files, problems };
}

/** What Debian's installer writes: without it a machine knows neither itself nor localhost. */
function hosts(hostname: string): string {
  const names = [...new Set([hostname, hostname.replace(/\..*/, "")])];
  const lines = [
    "127.0.0.1 localhost",
    `127.0.1.1 ${names.join(" ")}`,
    "::1 localhost ip6-localhost ip6-loopback",
    "ff02::1 ip6-allnodes",
    "ff02::2 ip6-allrouters",
  ];
  return `${lines.join("\n")}\n`;
}
