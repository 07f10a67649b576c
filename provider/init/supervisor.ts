import { scriptHead } from "./init-script.ts";
import { scriptFolder } from "./network.ts";
import type { InitOptions } from "./options.ts";
import { canReadButton } from "./power-button.ts";
import type { Programs } from "./programs.ts";

/** Where the script is that keeps a session on a terminal. */
export const sessionPath = `${scriptFolder}/session`;

/** Keeps a session on the terminal that it is told: each is one of its own, or the terminal would control none. */
export function sessionScript({ run }: InitOptions, programs: Programs): string[] {
  const setsid = programs.own("setsid");
  const session =
    run === "login"
      ? `${setsid} -w ${programs.own("agetty")} -L --keep-baud 115200 "$1" vt220`
      : `${setsid} -c -w /bin/sh -l <>"/dev/$1" >&0 2>&1`;
  return [
    ...scriptHead,
    "# A terminal hangs up when its session ends, so each session opens it anew.",
    "while :; do",
    `  ${session}`,
    `  ${programs.call("sleep")} 1`,
    "done",
  ];
}

/**
 * The rest of /init where the image has no busybox: the shell stays the first process. It starts again what ends,
 * reaps orphans while it waits, and ends the machine through the kernel (sysrq), for want of a program that can.
 * TERM reboots and USR2 switches off, as with busybox's init.
 */
export function supervisorLines(
  { run, consoles, network, syslog }: InitOptions,
  programs: Programs,
): string[] {
  const sleep = programs.call("sleep");
  const terminals = consoles.length > 0 ? consoles : ['"$console"'];
  // Not by `&`: what a shell starts so has Ctrl-C ignored, and nothing that it starts can undo that (POSIX.1 2.11).
  const sessions = terminals.map(
    (terminal) => `${programs.own("setsid")} -f /${sessionPath} ${terminal}`,
  );
  return [
    "console=console",
    "if [ -r /sys/class/tty/console/active ]; then",
    "  read -r active </sys/class/tty/console/active",
    `  console=\${active##* }`,
    "fi",
    "again() {",
    `  while :; do "$@"; ${sleep} 1; done`,
    "}",
    "finish() {",
    "  trap '' TERM USR2",
    '  echo "The machine ends"',
    "  kill -TERM -1 2>/dev/null",
    `  ${sleep} 1`,
    "  kill -KILL -1 2>/dev/null",
    "  for key in s u $1; do echo $key >/proc/sysrq-trigger; done",
    `  while :; do ${sleep} 60; done`,
    "}",
    "trap 'finish b' TERM",
    "trap 'finish o' USR2",
    ...(syslog ? [`again ${programs.own("rsyslogd")} -n &`] : []),
    ...(network === "dhcp" ? [`/${scriptFolder}/network`] : []),
    ...(canReadButton(programs) ? [`/${scriptFolder}/power-button &`] : []),
    ...(run === "command" ? [`again /${scriptFolder}/command &`] : sessions),
    `while :; do wait; ${sleep} 1; done`,
  ];
}
