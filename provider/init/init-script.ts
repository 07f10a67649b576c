import type { InitOptions } from "./options.ts";
import { type Programs, searchPath } from "./programs.ts";
import { quoted } from "./quote.ts";

/** First lines of every script of ours. */
export const scriptHead: readonly string[] = ["#!/bin/sh", "# Made by Bootwright."];

/** What each filesystem of the kernel's is mounted with (mount(8)); one that the kernel lacks is passed over. */
const mounts = ["-t proc proc /proc", "-t sysfs sysfs /sys", "-t devtmpfs devtmpfs /dev"];

/** The first lines of /init: what the kernel shows, and what it is greeted with. */
export function earlyLines(init: InitOptions, programs: Programs): string[] {
  const { welcome, supervise } = init;
  const mount = programs.call("mount");
  return [
    ...scriptHead,
    `export PATH=${searchPath}`,
    ...mounts.map((what) => `${mount} ${what} 2>/dev/null`),
    ...(supervise ? superviseLines(init, programs) : []),
    "if [ -r /proc/uptime ]; then",
    "  read -r seconds idle </proc/uptime",
    '  echo "Boot took $seconds seconds"',
    "fi",
    ...(welcome === "" ? [] : [`printf '%s\\n' ${quoted(welcome)}`]),
  ];
}

/** What only a machine that stays needs: pseudo terminals, its name, drivers, and /dev where the kernel does not fill it. */
function superviseLines({ syslog }: InitOptions, programs: Programs): string[] {
  const [mount, mkdir] = [programs.call("mount"), programs.call("mkdir")];
  const [modprobe, mdev] = [programs.call("modprobe"), programs.applet("mdev")];
  return [
    ...(mkdir
      ? [
          `${mkdir} -p /dev/pts /dev/shm${syslog ? " /var/log" : ""}`,
          `${mount} -t devpts -o mode=0620,ptmxmode=0666 devpts /dev/pts 2>/dev/null`,
          `${mount} -t tmpfs -o mode=1777 tmpfs /dev/shm 2>/dev/null`,
        ]
      : []),
    "if [ -w /proc/sys/kernel/hostname ] && [ -r /etc/hostname ]; then",
    "  read -r name </etc/hostname",
    "  printf '%s\\n' \"$name\" >/proc/sys/kernel/hostname",
    "fi",
    ...(modprobe ? moduleLines(modprobe) : []),
    // mdev would take from everybody what devtmpfs lets everybody use, unless the image has rules for it.
    ...(mdev ? ["if [ -f /etc/mdev.conf ] || [ ! -e /dev/zero ]; then", `  ${mdev} -s`, "fi"] : []),
  ];
}

/** Drivers for all that is there; more than once, as what a driver finds needs drivers too. */
function moduleLines(modprobe: string): string[] {
  return [
    "if [ -r /proc/sys/kernel/osrelease ]; then",
    "  read -r release </proc/sys/kernel/osrelease",
    '  if [ -f "/lib/modules/$release/modules.dep" ]; then',
    "    for turn in 1 2 3; do",
    "      set --",
    "      for file in /sys/bus/*/devices/*/modalias /sys/class/input/*/modalias; do",
    '        [ -r "$file" ] && read -r alias <"$file" && set -- "$@" "$alias"',
    "      done",
    `      [ $# -gt 0 ] && ${modprobe} -a -q -b "$@" 2>/dev/null`,
    "    done",
    "  fi",
    "fi",
  ];
}
