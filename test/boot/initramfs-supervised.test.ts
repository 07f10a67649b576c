import { once } from "node:events";
import { connect } from "node:net";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { findStep } from "../../provider/flow/index.ts";
import type { Ref } from "../../provider/plan/ref.ts";
import { testContext } from "../context.ts";
import type { Console } from "./console.ts";
import { debianKernel, fewModules, type Image, image, withPacked } from "./packed-machine.ts";

let ctx: Awaited<ReturnType<typeof testContext>>;
let kernel: Ref;
beforeAll(async () => {
  ctx = await testContext({ find: findStep });
  kernel = await debianKernel(ctx);
});
afterAll(() => ctx?.dispose());

/**
 * What a machine finds of itself, printed as marked lines by a script: long lines that are typed into a serial console do not survive it.
 * An orphan that nobody reaps stays in /proc as a zombie; it is looked at until it is gone, or has been one for long enough.
 */
const findings = `#!/bin/sh
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
until [ "$(ip -4 addr | grep -c 'inet 10\\.0\\.')" = 2 ] && grep -q . /etc/resolv.conf; do sleep 0.1; done
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
const nap = "#!/bin/sh\necho napping\nsleep 100000\n";

/** What every supervised machine is to show from the shell on its console, until the power button is pressed. */
async function useShell(console: Console, prompt: string): Promise<string> {
  expect(await console.until(prompt)).not.toMatch(/can't access tty|job control/);
  const shell = async () => {
    console.type("echo shell=$$;");
    await console.until("shell=$$;");
    await console.until("shell=");
    const [number = ""] = (await console.until("\n")).split("\n");
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

/** What the findings say of one thing, in the order of the lines. */
function found(said: string, what: string): string[] {
  return [...said.matchAll(new RegExp(`^${what}: (.*)$`, "gm"))].map((line) => line[1]!.trim());
}

function expectWell(said: string): void {
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

/** Logs in as root on two consoles at once, each for itself; ends one session and has another. */
async function useLogins(console: Console, secondSerial: string): Promise<void> {
  await console.until("login: ");
  const second = connect(secondSerial);
  await once(second, "connect");
  let said = "";
  const heard = (text: string) =>
    new Promise<void>((resolve, reject) => {
      const look = () => said.includes(text) && resolve();
      second.on("data", look).on("close", () => reject(new Error(`No ${text} in ${said}`)));
      look();
    });
  try {
    second.on("data", (chunk: Buffer) => {
      said += chunk.toString("latin1");
    });
    for (const turn of [1, 2]) {
      if (turn === 2) await console.until("login: ");
      console.type("root");
      expect(await console.until("# ")).not.toMatch(/can't access tty|job control/);
      console.type(`tty; echo tu''rn ${turn}`);
      expect(await console.until(`turn ${turn}\n`)).toContain("/dev/ttyS0\n");
      if (turn === 1) {
        // What it said before somebody listened is lost: an empty line makes it ask again.
        second.write("\r");
        await heard("login: ");
        second.write("root\r");
        await heard("# ");
        second.write("tty\r");
        await heard("/dev/ttyS1\r\n");
        expect(said).not.toMatch(/can't access tty|job control/);
        console.type("exit");
      }
    }
  } finally {
    second.destroy();
  }
}

describe("a supervised machine of busybox", () => {
  let machine: Image;
  beforeAll(async () => {
    const Dockerfile = `${fewModules}FROM busybox
RUN printf 'root::0:0:root:/root:/bin/sh\\n' >/etc/passwd && echo tiny >/etc/hostname
COPY --from=kernel /few/ /
COPY --chmod=755 findings nap /bin/
`;
    machine = await image("busybox", { Dockerfile, findings, nap }, ctx);
  });

  test("gives its shell a terminal, starts it again, reaps orphans, loads drivers, gets an address, keeps a log, and the power button ends it", async () => {
    const init = { supervise: true, network: "dhcp", syslog: true };
    await withPacked(machine, { kernel, init }, ctx, async (console) => {
      expectWell(await useShell(console, "/ # "));
      await console.until("Sent SIGTERM to all processes");
      await console.until("reboot: Power down");
      expect(await console.ended()).toBe(0);
    });
  });

  test("asks for a login on two consoles at once, and TERM to the first process reboots", async () => {
    const init = { run: "login", supervise: true, consoles: ["ttyS0", "ttyS1"] };
    await withPacked(machine, { kernel, init }, ctx, async (console, second) => {
      await useLogins(console, second);
      console.type("kill -TERM 1");
      await console.until("reboot: Restarting system");
      expect(await console.ended()).toBe(0);
    });
  });

  test("asks for a login on the kernel's console, and USR2 to the first process switches off", async () => {
    const init = { run: "login", supervise: true };
    await withPacked(machine, { kernel, init }, ctx, async (console) => {
      await console.until("tiny login: ");
      console.type("root");
      await console.until("# ");
      console.type("kill -USR2 1");
      await console.until("reboot: Power down");
      expect(await console.ended()).toBe(0);
    });
  });
});

describe("a supervised machine of a Debian without busybox", () => {
  let machine: Image;
  beforeAll(async () => {
    const Dockerfile = `${fewModules}FROM debian:12
ARG DEBIAN_FRONTEND="noninteractive"
RUN apt-get update \\
 && apt-get -y --no-install-recommends install iproute2 isc-dhcp-client kmod rsyslog \\
 && rm -rf /usr/share/doc /usr/share/locale /usr/share/man /var/cache /var/lib/apt \\
 && passwd -d root && echo tiny >/etc/hostname
COPY --from=kernel /few/lib/modules/ /usr/lib/modules/
COPY --chmod=755 findings nap /bin/
`;
    machine = await image("debian", { Dockerfile, findings, nap }, ctx);
  });
  const memoryMiB = 512;

  test("gives its shell a terminal, starts it again, reaps orphans, loads drivers, gets an address, keeps a log, and the power button ends it", async () => {
    const init = { supervise: true, network: "dhcp", syslog: true };
    await withPacked(machine, { kernel, memoryMiB, init }, ctx, async (console) => {
      expectWell(await useShell(console, "# "));
      await console.until("The machine ends");
      await console.until("reboot: Power down");
      expect(await console.ended()).toBe(0);
    });
  });

  test("asks for a login on two consoles at once, and TERM to the first process reboots", async () => {
    const init = { run: "login", supervise: true, consoles: ["ttyS0", "ttyS1"] };
    await withPacked(machine, { kernel, memoryMiB, init }, ctx, async (console, second) => {
      await useLogins(console, second);
      console.type("kill -TERM 1");
      await console.until("The machine ends");
      expect(await console.ended()).toBe(0);
    });
  });
});
