import type { Listed } from "./listing.ts";
import { content, symlink } from "./machine-listing.ts";

const units = "/usr/lib/systemd/system";
const directory = { mode: "40755" };
const enabled = (unit: string) => symlink(`${units}/${unit}`);

/** Files that show what they are by working, so that their bytes are nobody else's to say. */
export const workingFiles = [
  "boot/ldlinux.sys",
  "boot/ldlinux.c32",
  "usr/lib/bootwright/name-servers",
  "etc/systemd/system/name-servers.path",
  "etc/systemd/system/name-servers.service",
];

/** What the root filesystem of a Debian has beside its image that has a host name and DHCP. */
export function debianAdditions(hostname: string): Record<string, Partial<Listed>> {
  const wants = "etc/systemd/system";
  return {
    "lost+found": { mode: "40700" },
    "etc/hostname": content(`${hostname}\n`),
    "etc/hosts": content(
      `127.0.0.1 localhost\n127.0.1.1 ${hostname}\n::1 localhost ip6-localhost ip6-loopback\nff02::1 ip6-allnodes\nff02::2 ip6-allrouters\n`,
    ),
    "etc/systemd/network/80-dhcp.network": content(
      "# Every Ethernet card asks for an address.\n[Match]\nType=ether\nKind=!*\n\n[Network]\nDHCP=yes\n",
    ),
    [`${wants}/multi-user.target.wants/systemd-networkd.service`]: enabled(
      "systemd-networkd.service",
    ),
    [`${wants}/sockets.target.wants`]: directory,
    [`${wants}/sockets.target.wants/systemd-networkd.socket`]: enabled("systemd-networkd.socket"),
    [`${wants}/dbus-org.freedesktop.network1.service`]: enabled("systemd-networkd.service"),
    [`${wants}/network-online.target.wants`]: directory,
    [`${wants}/network-online.target.wants/systemd-networkd-wait-online.service`]: enabled(
      "systemd-networkd-wait-online.service",
    ),
    "usr/lib/bootwright": directory,
    "usr/lib/bootwright/name-servers": { mode: "100755" },
    [`${wants}/name-servers.path`]: {},
    [`${wants}/name-servers.service`]: {},
    [`${wants}/systemd-networkd.service.wants`]: directory,
    [`${wants}/systemd-networkd.service.wants/name-servers.path`]: symlink(
      "/etc/systemd/system/name-servers.path",
    ),
    "etc/resolv.conf": symlink("../run/resolv.conf"),
  };
}

/** Every path that examples/debian-server has beside its image, or instead of it. */
export function debianServerAdditions(
  kernel: string,
  rootUuid: string,
): Record<string, Partial<Listed>> {
  return {
    ...debianAdditions("web"),
    "boot/ldlinux.sys": { mode: "100444" },
    "boot/ldlinux.c32": {},
    "boot/syslinux.cfg": content(`SERIAL 0 115200
DEFAULT linux
PROMPT 0
LABEL linux
  KERNEL /boot/vmlinuz-${kernel}
  APPEND rw root=UUID=${rootUuid} console=tty0 console=ttyS0,115200 initrd=/boot/initrd.img-${kernel}
`),
  };
}
