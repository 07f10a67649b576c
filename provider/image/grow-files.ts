import { link, type MachineFile, text } from "./machine-file.ts";

/** Programs that growing needs. */
export const growTools = ["systemctl", "findmnt", "sfdisk", "partx", "resize2fs"];

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

/** A script and the unit that runs it once. */
export const growFiles: readonly MachineFile[] = [
  text("usr/lib/bootwright/grow-root", growScript, 0o755),
  text("etc/systemd/system/grow-root.service", growUnit),
  link(
    "etc/systemd/system/sysinit.target.wants/grow-root.service",
    "/etc/systemd/system/grow-root.service",
  ),
];
