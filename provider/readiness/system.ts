import type { Finding } from "./findings.ts";
import type { Target } from "./targets.ts";

/** What is known of how a machine starts. */
export interface SystemFacts {
  /** Every argument of the kernel's command line. */
  readonly commandLine: readonly string[];
  /** Text of /etc/fstab; empty where there is none. */
  readonly fstab: string;
  readonly has: (path: string) => boolean;
  /** Texts of files that set a network up, by path without a leading slash. */
  readonly network: ReadonlyMap<string, string>;
}

/** The serial console, the agent, the network and the disks' names, as a target wants them. */
export function systemFindings(target: Target, facts: SystemFacts): Finding[] {
  const isCloud = target.agents.length > 0;
  return [
    ...(isCloud
      ? [...serial(target, facts), ...agent(target, facts), ...network(target, facts)]
      : []),
    ...unstableNames(facts.fstab, isCloud ? "error" : "warning"),
  ];
}

function serial({ title }: Target, { commandLine }: SystemFacts): Finding[] {
  if (commandLine.some((argument) => /^console=ttyS0(,|$)/.test(argument))) return [];
  return [
    {
      ...{ path: "commandLine", level: "error" },
      message: `the kernel says nothing on the serial port, which is all that ${title} shows of a machine that does not start`,
      fix: "have console=ttyS0 among the consoles",
    },
  ];
}

function agent({ title, agents, withoutAgent }: Target, { has }: SystemFacts): Finding[] {
  if (agents.some(({ paths }) => paths.some(has))) return [];
  const names = agents.map(({ name }) => name).join(" or ");
  return [
    {
      ...{ path: "/usr", level: "warning" },
      message: `there is no agent for ${title}: ${withoutAgent}`,
      fix: `install ${names} in the Dockerfile`,
    },
  ];
}

const networkPrograms = [
  "usr/bin/cloud-init",
  "usr/sbin/NetworkManager",
  "usr/sbin/dhcpcd",
  "sbin/dhcpcd",
];

function network({ title }: Target, { has, network }: SystemFacts): Finding[] {
  const asks = [...network.values()].some((text) =>
    /^\s*DHCP\s*=\s*(yes|true|on|ipv4|1)|^\s*iface\s+\S+\s+inet\s+dhcp|dhcp4\s*:\s*(true|yes|on)|\budhcpc\b/im.test(
      text,
    ),
  );
  if (asks || networkPrograms.some(has)) return [];
  return [
    {
      ...{ path: "/etc", level: "error" },
      message: `nothing asks for an address by DHCP, which is how ${title} gives one`,
      fix: 'set network: "dhcp" of the Rootfs, or set it up in the Dockerfile',
    },
  ];
}

/** Files that set a network up: systemd-networkd, ifupdown, netplan, and busybox's own start. */
export const networkFile =
  /^etc\/(systemd\/network\/[^/]+\.network|network\/interfaces(\.d\/[^/]+)?|netplan\/[^/]+\.yaml|inittab|init\.d\/[^/]+)$/;

function unstableNames(fstab: string, level: Finding["level"]): Finding[] {
  return fstab.split("\n").flatMap((line): Finding[] => {
    const device = /^\s*(\/dev\/(?:[shv]d[a-z]|xvd[a-z]|nvme\d|mmcblk\d)\S*)/.exec(line)?.[1];
    if (!device) return [];
    return [
      {
        ...{ path: "/etc/fstab", level },
        message: `${device} may be another disk there`,
        fix: "name it by UUID=, LABEL= or PARTUUID=",
      },
    ];
  });
}
