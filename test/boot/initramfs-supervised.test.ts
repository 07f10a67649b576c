import { once } from "node:events";
import { connect } from "node:net";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { findStep } from "../../provider/flow/index.ts";
import type { Ref } from "../../provider/plan/ref.ts";
import { testContext } from "../context.ts";
import type { Console } from "./console.ts";
import { addressed, expectWell, findings, nap, seen, useShell } from "./findings.ts";
import { debianKernel, fewModules, type Image, image, withPacked } from "./packed-machine.ts";

let ctx: Awaited<ReturnType<typeof testContext>>;
let kernel: Ref;
beforeAll(async () => {
  ctx = await testContext({ find: findStep });
  kernel = await debianKernel(ctx);
});
afterAll(() => ctx?.dispose());

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
COPY --chmod=755 findings nap seen /bin/
`;
    machine = await image("busybox", { Dockerfile, findings, nap, seen }, ctx);
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

  test("asks for a login on the screen, which the keyboard answers", async () => {
    const init = { run: "login", supervise: true, consoles: ["tty1", "ttyS0"] };
    await withPacked(machine, { kernel, init }, ctx, async (console) => {
      await console.until("login: ");
      console.type("root");
      await console.until("# ");
      const onScreen = async (what: string, count: number) => {
        console.type(`seen ${what} ${count}`);
        await console.until(`on the screen: ${what}\n`);
      };
      await onScreen("login:", 1);
      await console.pressKeys([..."root", "ret", ..."tty", "ret"]);
      await onScreen("/dev/tty1", 1);
      await console.pressKeys([..."exit", "ret"]);
      await onScreen("login:", 2);
    });
  });

  test("follows the image's own inittab from its first line to its last", async () => {
    const Dockerfile = `${fewModules}FROM busybox
RUN printf '%s\\n' '::sysinit:/bin/echo by its own inittab' '::respawn:/bin/cttyhack /bin/sh -l' \\
  '::shutdown:/bin/echo ended by its own inittab' >/etc/inittab
COPY --from=kernel /few/ /
`;
    const own = await image("inittab", { Dockerfile }, ctx);
    await withPacked(own, { kernel, init: { supervise: true } }, ctx, async (console) => {
      await console.until("Boot took");
      await console.until("by its own inittab\n");
      await console.until("/ # ");
      console.type("exit");
      await console.until("/ # ");
      console.type("poweroff");
      await console.until("ended by its own inittab\n");
      await console.until("reboot: Power down");
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

  test("gets its address by dhcpcd where the image has that", async () => {
    const Dockerfile = `${fewModules}FROM debian:12
ARG DEBIAN_FRONTEND="noninteractive"
RUN apt-get update \\
 && apt-get -y --no-install-recommends install dhcpcd-base iproute2 kmod \\
 && rm -rf /usr/share/doc /usr/share/locale /usr/share/man /var/cache /var/lib/apt
COPY --from=kernel /few/lib/modules/ /usr/lib/modules/
COPY --chmod=755 addressed /bin/
`;
    const other = await image("dhcpcd", { Dockerfile, addressed }, ctx);
    const init = { supervise: true, network: "dhcp" };
    await withPacked(other, { kernel, memoryMiB, init }, ctx, async (console) => {
      await console.until("# ");
      console.type("addressed");
      await console.until("default via 10.0.2.2");
      await console.until("the name server is known\n");
    });
  });
});
