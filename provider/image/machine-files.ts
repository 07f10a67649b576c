import type { InputProblem } from "../errors.ts";

/** An entry that is added to a tree, with its content at hand; the path has no leading slash. */
export interface MachineFile {
  readonly path: string;
  readonly type: "file" | "directory" | "symlink";
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly content?: Uint8Array;
  readonly target?: string;
}

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
  has: (path: string) => boolean,
): { files: MachineFile[]; problems: InputProblem[] } {
  const files: MachineFile[] = [];
  const problems: InputProblem[] = [];
  if (wishes.hostname !== undefined) files.push(text("etc/hostname", `${wishes.hostname}\n`));
  if (wishes.network === "dhcp") {
    const folder = unitFolders.find((f) => has(`${f}/systemd-networkd.service`));
    if (folder) files.push(...networkdFiles(folder, has));
    else
      problems.push({
        property: "network",
        reason:
          '"dhcp" needs systemd-networkd in the image, which has none (install the package systemd in the Dockerfile)',
      });
  }
  if (wishes.growRootOnFirstBoot) {
    const missing = growTools.filter(
      (tool) => !["usr/bin", "bin", "usr/sbin", "sbin"].some((f) => has(`${f}/${tool}`)),
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

function text(path: string, content: string, mode = 0o644): MachineFile {
  return { path, type: "file", mode, uid: 0, gid: 0, content: Buffer.from(content) };
}

function link(path: string, target: string): MachineFile {
  return { path, type: "symlink", mode: 0o777, uid: 0, gid: 0, target };
}

/** What `systemctl enable systemd-networkd` links, and a network file for every Ethernet card (systemd.network(5)). */
function networkdFiles(folder: string, has: (path: string) => boolean): MachineFile[] {
  const enable = (where: string, unit: string) =>
    link(`etc/systemd/system/${where}`, `/${folder}/${unit}`);
  const files = [
    text(
      "etc/systemd/network/80-dhcp.network",
      "# Every Ethernet card asks for an address.\n[Match]\nType=ether\nKind=!*\n\n[Network]\nDHCP=yes\n",
    ),
    enable("multi-user.target.wants/systemd-networkd.service", "systemd-networkd.service"),
    enable("sockets.target.wants/systemd-networkd.socket", "systemd-networkd.socket"),
    enable("dbus-org.freedesktop.network1.service", "systemd-networkd.service"),
    enable(
      "network-online.target.wants/systemd-networkd-wait-online.service",
      "systemd-networkd-wait-online.service",
    ),
  ];
  if (has(`${folder}/systemd-resolved.service`))
    files.push(
      enable("sysinit.target.wants/systemd-resolved.service", "systemd-resolved.service"),
      link("etc/resolv.conf", "../run/systemd/resolve/stub-resolv.conf"),
    );
  return files;
}

const growTools = ["systemctl", "findmnt", "sfdisk", "partx", "resize2fs"];

const growScript = `#!/bin/sh
# Grows the root partition, when it is the last of its disk, and its filesystem to the end of the disk.
set -eu
device=$(findmnt --noheadings --output SOURCE /)
name=\${device##*/}
number=$(cat "/sys/class/block/$name/partition")
disk=$(basename "$(dirname "$(readlink -f "/sys/class/block/$name")")")
start=$(cat "/sys/class/block/$name/start")
for other in "/sys/class/block/$disk/$disk"*/start; do
  if [ "$(cat "$other")" -gt "$start" ]; then
    echo "$device is not the last partition of /dev/$disk: left as it is"
    exit 0
  fi
done
echo ", +" | sfdisk --quiet --no-reread --no-tell-kernel --force -N "$number" "/dev/$disk"
partx --update --nr "$number" "/dev/$disk"
resize2fs "$device"
`;

const growUnit = `[Unit]
Description=Grow the root filesystem to the disk
DefaultDependencies=no
After=systemd-remount-fs.service
Before=sysinit.target shutdown.target
Conflicts=shutdown.target
ConditionPathExists=!/var/lib/bootwright/root-grown

[Service]
Type=oneshot
ExecStart=/usr/lib/bootwright/grow-root
ExecStartPost=/usr/bin/mkdir -p /var/lib/bootwright
ExecStartPost=/usr/bin/touch /var/lib/bootwright/root-grown
StandardOutput=journal+console
TimeoutStartSec=10min
RemainAfterExit=yes

[Install]
WantedBy=sysinit.target
`;

const growFiles: readonly MachineFile[] = [
  text("usr/lib/bootwright/grow-root", growScript, 0o755),
  text("etc/systemd/system/grow-root.service", growUnit),
  link(
    "etc/systemd/system/sysinit.target.wants/grow-root.service",
    "/etc/systemd/system/grow-root.service",
  ),
];
