import { link, type MachineFile, text } from "../image/machine-file.ts";
import { scriptFolder as folder } from "../init/network.ts";
import { type Programs, searchPath } from "../init/programs.ts";
import { busyboxNetwork } from "./busybox-network.ts";

/** What busybox's init starts besides what every machine needs. */
export interface BusyboxWishes {
  /** Lines of inittab, and what they name. */
  readonly lines: readonly string[];
  readonly shutdownLines: readonly string[];
  readonly files: readonly MachineFile[];
  readonly dhcp: boolean;
}

/** What is known of an image with busybox's init; paths have no leading slash, links are followed. */
export interface BusyboxImage {
  has(path: string): boolean;
  /** The image's own /etc/inittab. */
  readonly inittab: string | undefined;
  /** Where its init is, such as `bin/init`. */
  readonly init: string;
  readonly programs: Programs;
}

const startScript = `#!/bin/sh
# What has to be there before anything else: the kernel's filesystems, a root to write to, what fstab names, the host's name.
export PATH=${searchPath}
[ -e /proc/self ] || mount -t proc proc /proc
mounted() { grep -q " $1 " /proc/mounts; }
mount -o remount,rw /
mounted /sys || mount -t sysfs sys /sys
mounted /dev || mount -t devtmpfs dev /dev
mkdir -p /dev/pts /dev/shm
mounted /dev/pts || mount -t devpts -o gid=5,mode=620,noexec,nosuid devpts /dev/pts
mounted /dev/shm || mount -t tmpfs -o mode=1777,nosuid,nodev shm /dev/shm
mounted /run || mount -t tmpfs -o mode=0755,nosuid,nodev run /run
for link in fd:/proc/self/fd stdin:fd/0 stdout:fd/1 stderr:fd/2; do
  [ -e "/dev/\${link%%:*}" ] || ln -s "\${link#*:}" "/dev/\${link%%:*}"
done
[ ! -s /etc/fstab ] || { mount -a; swapon -a; }
[ ! -s /etc/hostname ] || hostname -F /etc/hostname
ip link set lo up
`;

const loginScript = (getty: string) => `#!/bin/sh
# Asks for a login on the console that the kernel was told of last.
read -r consoles </sys/class/tty/console/active
console=\${consoles##* }
[ "$console" != tty0 ] || console=tty1
exec ${getty} -L 0 "$console" vt100
`;

/** What the kernel's filesystems are mounted on; an image for containers may lack it. */
const mountPoints = ["dev", "proc", "run", "sys", "tmp"];

/** Everything that a machine whose init is busybox's needs: an /etc/inittab and what it names. The image's own is kept where it works, and added to. */
export function busyboxMachine(wishes: BusyboxWishes, image: BusyboxImage): MachineFile[] {
  const { lines, shutdownLines, files, dhcp } = wishes;
  const own = image.inittab !== undefined && worksIn(image, image.inittab);
  const getty = image.programs.call("getty");
  const network = dhcp ? busyboxNetwork(image.programs) : { files: [], lines: [] };
  const added = [...network.lines, ...lines, ...shutdownLines];
  if (own) {
    const inittab = `${image.inittab?.replace(/\n*$/, "")}\n${added.join("\n")}\n`;
    return [...network.files, ...files, text("etc/inittab", inittab)];
  }
  const all = [
    "# What busybox's init starts, and when.",
    `::sysinit:/${folder}/machine-start`,
    ...network.lines,
    ...lines,
    ...(getty ? [`::respawn:/${folder}/console-login`] : []),
    "::ctrlaltdel:reboot",
    ...shutdownLines,
    "::shutdown:umount -a -r",
  ];
  return [
    ...mountPoints.filter((path) => !image.has(path)).map(directory),
    ...(image.has("sbin/init") ? [] : [link("sbin/init", `/${image.init}`)]),
    text(`${folder}/machine-start`, startScript, 0o755),
    ...(getty ? [text(`${folder}/console-login`, loginScript(getty), 0o755)] : []),
    ...network.files,
    ...files,
    text("etc/inittab", `${all.join("\n")}\n`),
  ];
}

/** Alpine's base image has an inittab that starts OpenRC, which it does not have. */
function worksIn(image: BusyboxImage, inittab: string): boolean {
  const started = [...inittab.matchAll(/^[^#:]*:[^:]*:sysinit:-?(\/\S+)/gm)].map(
    ([, path]) => path!,
  );
  return started.length > 0 && started.every((path) => image.has(path.slice(1)));
}

function directory(path: string): MachineFile {
  return { path, type: "directory", mode: path === "tmp" ? 0o1777 : 0o755, uid: 0, gid: 0 };
}
