import type { Finding } from "./findings.ts";
import { networkFindings, runsCloudInit } from "./network.ts";
import type { Target } from "./targets.ts";

/** What is known of how a machine starts. */
export interface SystemFacts {
  /** Every argument of the kernel's command line. */
  readonly commandLine: readonly string[];
  /** Text of /etc/fstab; empty where there is none. */
  readonly fstab: string;
  /** Texts of /etc/passwd and /etc/shadow; empty where there is none. */
  readonly passwd: string;
  readonly shadow: string;
  readonly has: (path: string) => boolean;
  /** Whether systemd starts a unit, by a link of what wants it. */
  readonly starts: (unit: string) => boolean;
  /** Whether SSH host keys are there, or something that is started makes them. */
  readonly hostKeys: boolean;
  /** Texts of files that set a network up, by path without a leading slash. */
  readonly network: ReadonlyMap<string, string>;
}

/** Files that may start ssh-keygen: services of one's own, and those of SSH that packages bring. */
export const keyMakers =
  /^(etc\/systemd\/system\/[^/]+\.service|(usr\/)?lib\/systemd\/system\/[^/]*ssh[^/]*\.service|etc\/(init\.d\/[^/]+|rc\.local|inittab))$/;

/** The serial console, the agent, the network, the host keys, the disks' names and the passwords, as a target wants them. */
export function systemFindings(target: Target, facts: SystemFacts): Finding[] {
  const isCloud = target.drivers.length > 0;
  const unstable = isCloud ? "error" : "warning";
  return [
    ...(isCloud
      ? [
          ...[...serial(target, facts), ...agent(target, facts), ...networkFindings(target, facts)],
          ...hostKeys(target, facts),
        ]
      : []),
    ...unstableRoot(facts.commandLine, unstable),
    ...unstableMounts(facts.fstab, unstable),
    ...passwords("/etc/passwd", facts.passwd),
    ...passwords("/etc/shadow", facts.shadow),
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

function hasAgent({ agents }: Target, facts: SystemFacts): boolean {
  return agents.some(({ paths }) => paths.some(facts.has)) || runsCloudInit(facts);
}

function agent(target: Target, facts: SystemFacts): Finding[] {
  if (hasAgent(target, facts)) return [];
  const { title, agents, withoutAgent } = target;
  const names = [...agents.map(({ name }) => name), "cloud-init"].join(" or ");
  return [
    {
      ...{ path: "/usr", level: "warning" },
      message: `there is no agent for ${title}: ${withoutAgent}`,
      fix: `install ${names} in the Dockerfile`,
    },
  ];
}

/** What makes two machines differ leaves them without: nothing but an agent makes a Debian new keys. */
function hostKeys(target: Target, facts: SystemFacts): Finding[] {
  if (!facts.has("usr/sbin/sshd") || facts.hostKeys || hasAgent(target, facts)) return [];
  return [
    {
      ...{ path: "/etc/ssh", level: "warning" },
      message: "sshd has no host keys, and nothing makes them: it will not start",
      fix: "install cloud-init, or a service that runs ssh-keygen -A before ssh.service",
    },
  ];
}

const diskName = /^\/dev\/(?:[shv]d[a-z]|xvd[a-z]|nvme\d|mmcblk\d)/;

function unstableRoot(commandLine: readonly string[], level: Finding["level"]): Finding[] {
  return commandLine.flatMap((argument): Finding[] => {
    const device = /^root=(.*)$/.exec(argument)?.[1] ?? "";
    if (!diskName.test(device)) return [];
    return [
      {
        ...{ path: "commandLine", level, message: `${device} may be another disk there` },
        fix: "name the root by root=UUID= or root=PARTUUID=, or leave it to the Bootloader's rootUuid",
      },
    ];
  });
}

function unstableMounts(fstab: string, level: Finding["level"]): Finding[] {
  return fstab.split("\n").flatMap((line): Finding[] => {
    const [device = "", , , options = ""] = line.trim().split(/\s+/);
    if (!diskName.test(device)) return [];
    const isOptional = /(^|,)(nofail|noauto)(,|$)/.test(options);
    return [
      {
        ...{ path: "/etc/fstab", level: isOptional ? "warning" : level },
        message: `${device} may be another disk there`,
        fix: "name it by UUID=, LABEL= or PARTUUID=",
      },
    ];
  });
}

/**
 * passwd(5) and shadow(5): the second field is empty without a password, and holds something that no password gives where there is no login
 * by it, or where it is in the other file (x).
 */
function passwords(path: string, accounts: string): Finding[] {
  return accounts.split("\n").flatMap((line): Finding[] => {
    const [user = "", password = "!"] = line.split(":");
    // Of NIS, and no account.
    if (/^[!*]|^x$/.test(password) || /^[+-]/.test(user)) return [];
    const message =
      password === ""
        ? `${user} needs no password: whoever reaches a console is in`
        : `${user} has the same password on every machine`;
    return [
      {
        ...{ path, level: "warning", message },
        fix: `lock it (passwd --lock ${user}), and have the cloud give users their keys`,
      },
    ];
  });
}
