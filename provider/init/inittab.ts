import { scriptFolder } from "./network.ts";
import type { InitOptions } from "./options.ts";
import type { Programs } from "./programs.ts";

/** Lines of busybox's inittab (examples/inittab of its source): terminal, runlevels, action, process. */
export function inittabLines(
  { run, consoles, network, syslog }: InitOptions,
  programs: Programs,
): string[] {
  const busybox = (applet: string) => programs.applet(applet) ?? "";
  return [
    "# Made by Bootwright: the image has no inittab of its own.",
    ...(syslog ? [`::respawn:${busybox("syslogd")} -n`, `::respawn:${busybox("klogd")} -n`] : []),
    ...(network === "dhcp" ? [`::once:/${scriptFolder}/network`] : []),
    ...(programs.applet("acpid") ? [`::once:/${scriptFolder}/power-button`] : []),
    ...(run === "command" ? [`::respawn:/${scriptFolder}/command`] : []),
    ...(run === "shell" ? shells(consoles, programs) : []),
    ...(run === "login" ? logins(consoles, programs) : []),
    ...(programs.applet("reboot") ? [`::ctrlaltdel:${busybox("reboot")}`] : []),
    ...(programs.applet("umount") ? [`::shutdown:${busybox("umount")} -a -r 2>/dev/null`] : []),
    `::restart:${busybox("init")}`,
  ];
}

/** A dash makes the terminal a controlling one. /dev/console cannot be: cttyhack finds what is behind it. */
function shells(consoles: readonly string[], programs: Programs): string[] {
  if (consoles.length > 0) return consoles.map((terminal) => `${terminal}::respawn:-/bin/sh`);
  return [`::respawn:${programs.applet("cttyhack")} /bin/sh -l`];
}

function logins(consoles: readonly string[], programs: Programs): string[] {
  if (consoles.length === 0) return [`::respawn:/${scriptFolder}/console-login`];
  return consoles.map(
    (terminal) => `${terminal}::respawn:${programs.applet("getty")} -L 0 ${terminal} vt100`,
  );
}
