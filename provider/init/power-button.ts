import { scriptHead } from "./init-script.ts";
import { scriptFolder } from "./network.ts";
import type { Programs } from "./programs.ts";

/** Starts busybox's acpid where there is something to listen to; without it nothing is lost but the button. */
export function acpidScript(programs: Programs): string[] {
  return [
    ...scriptHead,
    "[ -e /dev/input/event0 ] || exit 0",
    `exec ${programs.applet("acpid")} -f -l /dev/null -p /dev/null -c /${scriptFolder}/acpi`,
  ];
}

/** What acpid runs for a press of the power button: USR2 switches off (init(8) of busybox). */
export const powerOffScript: readonly string[] = [...scriptHead, "kill -USR2 1"];

/** True where a shell has the two programs of coreutils that it takes to read events. */
export function canReadButton(programs: Programs): boolean {
  return programs.own("dd") !== undefined && programs.own("od") !== undefined;
}

/** Waits for the key in the events of the button (struct input_event of a 64-bit kernel: type 1, code 116, value 1). */
export function buttonScript(programs: Programs): string[] {
  const [dd, od] = [programs.own("dd"), programs.own("od")];
  return [
    ...scriptHead,
    "for file in /sys/class/input/event*/device/name; do",
    '  [ -r "$file" ] && read -r name <"$file" && [ "$name" = "Power Button" ] || continue',
    `  event=\${file%/device/name}`,
    `  event=/dev/input/\${event##*/}`,
    `  while key=$(${dd} if="$event" bs=24 count=1 2>/dev/null | ${od} -An -tx2 -j16 -N8) && [ -n "$key" ]; do`,
    '    case "$key" in',
    '    *" 0001 0074 0001 0000"*) kill -USR2 1 ;;',
    "    esac",
    "  done &",
    "done",
    "wait",
  ];
}
