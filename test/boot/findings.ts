import { expect } from "vitest";
import type { Console } from "./console.ts";

/**
 * What a machine finds of itself, printed as marked lines by a script: long lines that are typed into a serial console do not survive it.
 * An orphan that nobody reaps stays in /proc as a zombie; it is looked at until it is gone, or has been one for long enough.
 */
export const findings = `#!/bin/sh
echo "terminal: $(tty), $(cut -d' ' -f7 /proc/self/stat)"
echo "drivers: $(cut -d' ' -f1 /proc/modules | sort | tr '\\n' ' ')"
echo "name: $(cat /proc/sys/kernel/hostname)"
(sleep 1 & echo $! >/orphan)
orphan=/proc/$(cat /orphan)
echo "parent: $(cut -d' ' -f4 $orphan/stat)"
zombie=0
while [ -e $orphan ] && [ $zombie -lt 50 ]; do
  case "$(cat $orphan/stat)" in *') Z '*) zombie=$((zombie + 1)) ;; esac
  sleep 0.1
done
[ -e $orphan ] && echo "orphan: $(cat $orphan/stat)" || echo "orphan: reaped"
until [ "$(ip -4 addr | grep -c 'inet 10\\.0\\.')" = 2 ] && ip route | grep -q '^default'; do sleep 0.1; done
until grep -q 'nameserver 10\\.0\\.2\\.3' /etc/resolv.conf; do sleep 0.1; done
echo "addresses: $(ip -4 addr | sed -n 's/ *inet \\(10[^ ]*\\) .*/\\1/p' | tr '\\n' ' ')"
echo "route: $(ip route | grep '^default' | cut -d' ' -f1-3)"
echo "names: $(cat /etc/resolv.conf | tr '\\n' ' ')"
logger "said to syslog"
until grep -q 'said to syslog' /var/log/messages /var/log/syslog 2>/dev/null; do sleep 0.1; done
until grep -q 'kernel: .*ACPI: button' /var/log/messages /var/log/syslog 2>/dev/null; do sleep 0.1; done
echo "log: kept"
until ls -l /proc/[0-9]*/fd 2>/dev/null | grep -q ' /dev/input/event'; do sleep 0.1; done
echo "button: heard"
`;
/** Something to interrupt, once it says that it is there. */
export const nap = "#!/bin/sh\necho napping\nsleep 100000\n";
/** Waits until a text stands so many times on the first virtual terminal (vcs(4)). */
export const seen = `#!/bin/sh
until [ "$(grep -o "$1" /dev/vcs1 | wc -l)" = "$2" ]; do sleep 0.1; done
echo "on the screen: $1"
`;
/** Waits until a DHCP client has done all that it is asked for. */
export const addressed = `#!/bin/sh
until ip -4 addr | grep -q 'inet 10\\.0\\.2\\.' && ip route | grep '^default'; do sleep 0.1; done
until grep -q 'nameserver 10\\.0\\.2\\.3' /etc/resolv.conf; do sleep 0.1; done
echo "the name server is known"
`;

/** What every supervised machine is to show from the shell on its console, until the power button is pressed. */
export async function useShell(console: Console, prompt: string): Promise<string> {
  expect(await console.until(prompt)).not.toMatch(/can't access tty|job control/);
  const shell = async () => {
    console.type("echo shell=$$;");
    // Not the line as it was typed: what a DHCP client says may come in the middle of its echo.
    await console.until(/shell=(?=\d+\n)/);
    const number = await console.until("\n");
    await console.until(prompt);
    return number;
  };
  const first = await shell();
  console.type("exit");
  await console.until(prompt);
  expect(await shell()).not.toBe(first);
  console.type("nap");
  await console.until("napping\n");
  console.type("\x03");
  await console.until(prompt);
  console.type("findings");
  const said = await console.until("button: heard\n");
  await console.pressPower();
  return said;
}

/** What the findings say of one thing, in the order of the lines. A shell that was interrupted may prompt once more, before the first. */
function found(said: string, what: string): string[] {
  return [...said.matchAll(new RegExp(`^(?:# )?${what}: (.*)$`, "gm"))].map((line) =>
    line[1]!.trim(),
  );
}

/** Expects that a supervised machine with a network and a log has found what it should. */
export function expectWell(said: string): void {
  // 1088 is the device 4:64: the terminal controls its processes (proc_pid_stat(5), tty_nr).
  expect(found(said, "terminal")).toEqual(["/dev/ttyS0, 1088"]);
  const drivers = found(said, "drivers")[0]!.split(" ");
  expect(drivers).toEqual(expect.arrayContaining(["virtio_net", "virtio_pci", "button", "evdev"]));
  expect(found(said, "name")).toEqual(["tiny"]);
  expect(found(said, "parent")).toEqual(["1"]);
  expect(found(said, "orphan")).toEqual(["reaped"]);
  expect(found(said, "addresses")).toEqual(["10.0.2.15/24 10.0.2.15/24"]);
  expect(found(said, "route")).toEqual(["default via 10.0.2.2"]);
  expect(found(said, "names")[0]).toContain("nameserver 10.0.2.3");
  expect(found(said, "log")).toEqual(["kept"]);
}
