import { type ImagePaths, link, type MachineFile, text } from "./machine-file.ts";

/** What `systemctl enable systemd-networkd` links, and a network file for every Ethernet card (systemd.network(5)). */
export function networkdFiles(folder: string, image: ImagePaths): MachineFile[] {
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
  if (image.has(`${folder}/systemd-resolved.service`))
    files.push(
      enable("sysinit.target.wants/systemd-resolved.service", "systemd-resolved.service"),
      link("etc/resolv.conf", "../run/systemd/resolve/stub-resolv.conf"),
    );
  else if (image.blank("etc/resolv.conf")) files.push(...nameServerFiles);
  return files;
}

const nameServerScript = `#!/bin/sh
# Writes the name servers that systemd-networkd was told of where the C library looks for them.
set -eu
state=/run/systemd/netif/state
{
  sed -n 's/^DNS=//p' "$state" | tr ' ' '\\n' | sed -n 's/^./nameserver &/p'
  sed -n 's/^DOMAINS=/search /p' "$state"
} >/run/resolv.conf.new
mv /run/resolv.conf.new /run/resolv.conf
`;

const nameServerPath = `[Unit]
Description=Watch for new name servers
DefaultDependencies=no
Before=systemd-networkd.service shutdown.target
Conflicts=shutdown.target

[Path]
PathChanged=/run/systemd/netif/state

[Install]
WantedBy=systemd-networkd.service
`;

const nameServerUnit = `[Unit]
Description=Take over the name servers that the network told of
DefaultDependencies=no
Before=shutdown.target
Conflicts=shutdown.target

[Service]
Type=oneshot
ExecStart=/usr/lib/bootwright/name-servers
`;

/** Without systemd-resolved (a package of its own in Debian 12) nothing tells the C library what networkd has learned. */
const nameServerFiles: readonly MachineFile[] = [
  text("usr/lib/bootwright/name-servers", nameServerScript, 0o755),
  text("etc/systemd/system/name-servers.path", nameServerPath),
  text("etc/systemd/system/name-servers.service", nameServerUnit),
  link(
    "etc/systemd/system/systemd-networkd.service.wants/name-servers.path",
    "/etc/systemd/system/name-servers.path",
  ),
  link("etc/resolv.conf", "../run/resolv.conf"),
];
