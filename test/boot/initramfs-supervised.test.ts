import { once } from "node:events";
import { connect } from "node:net";
import { beforeAll, describe, expect, test } from "vitest";
import type { Console } from "./console.ts";
import { expectWell, findings, nap, useShell } from "./findings.ts";
import {
  busyboxMachine,
  fewModules,
  type Image,
  image,
  withDebianKernel,
  withPacked,
} from "./packed-machine.ts";

const { ctx, kernel } = await withDebianKernel();

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
    machine = await busyboxMachine({ findings, nap }, ctx);
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
